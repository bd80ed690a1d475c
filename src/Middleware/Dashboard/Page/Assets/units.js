// Figures as text for people. What is not known is a dash.
const dash = "\u2013";
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const isKnown = value => value !== null && value !== undefined;

// Three digits at least, and no more than a tenth.
const short = value => value !== 0 && Math.abs(value) < 99.95 ? tenths.format(value) : whole.format(value);

const count = value => isKnown(value) ? whole.format(value) : dash;

function rate(value) {
  if (!isKnown(value)) return dash;
  return value > 0 && value < 0.05 ? "<0.1" : short(value);
}

// Binary units (IEC 80000-13).
function bytes(value) {
  if (!isKnown(value)) return [dash, ""];
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  for (; value >= 1023.5 && unit < units.length - 1; unit++) value /= 1024;
  return [unit === 0 ? whole.format(value) : short(value), units[unit]];
}

function seconds(value) {
  if (!isKnown(value)) return [dash, ""];
  if (value < 0.0009995) return [short(value * 1e6), "\u00b5s"];
  if (value < 0.9995) return [short(value * 1e3), "ms"];
  return value < 120 ? [short(value), "s"] : [short(value / 60), "min"];
}

const share = value => isKnown(value) ? short(value * 100) + " %" : dash;

const joined = ([value, unit]) => unit ? value + " " + unit : value;

const numbered = (n, noun) => count(n) + " " + noun + (n === 1 ? "" : "s");

// How long ago or ahead, in the two largest units that matter.
function span(milliseconds) {
  const minutes = Math.floor(milliseconds / 60000);
  if (minutes < 1) return "less than a minute";
  if (minutes < 60) return numbered(minutes, "minute");
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return numbered(hours, "hour") + (hours < 12 && minutes % 60 ? " " + numbered(minutes % 60, "minute") : "");
  return numbered(Math.floor(hours / 24), "day");
}

const twoDigits = n => String(n).padStart(2, "0");
const clock = (time, withSeconds) =>
  twoDigits(time.getHours()) + ":" + twoDigits(time.getMinutes()) + (withSeconds ? ":" + twoDigits(time.getSeconds()) : "");
const day = time => time.toISOString().slice(0, 10);

// Of names_like_this and NamesLikeThis.
const words = name => name.replaceAll("_", " ").replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
