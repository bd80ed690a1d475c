// Charts by uPlot. A build without it shows tables alone.
const hasCharts = typeof uPlot === "function";
const strokes = ["first", "second", "third"];
const dashes = [undefined, [6, 3], [2, 2]];
const colorOf = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

// text: a value for people. log: a scale of powers of ten. steps: how far apart lines may be, if not as in decimal numbers.
function createPlot(parent, { title, labels, text, log, steps }) {
  const history = createHistory(labels.length);
  const figure = parent.appendChild(document.createElement("figure"));
  const heading = figure.appendChild(document.createElement("h3"));
  heading.textContent = title;
  const legend = figure.appendChild(document.createElement("ul"));
  legend.className = "legend";
  const values = labels.map((label, i) => legendEntry(legend, label, strokes[i]));
  const area = figure.appendChild(document.createElement("div"));
  area.className = "plot";
  area.setAttribute("role", "img");
  let plot = null;

  // Both are set up once and made anew when the colours change.
  if (hasCharts) {
    new ResizeObserver(() => plot?.setSize(sizeOf(area))).observe(area);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  }

  return {
    push(timeMs, latest) {
      history.push(timeMs, latest);
      figure.hidden = latest.every(value => value === undefined);
      if (!hasCharts || figure.hidden) return;
      if (plot) plot.setData(history.columns); else draw();
      if (plot.cursor.idx === null || plot.cursor.idx === undefined) tell(history.columns[0].length - 1);
      area.setAttribute("aria-label", describe(latest));
    },
  };

  function draw() {
    plot?.destroy();
    plot = new uPlot(options(), history.columns, area);
  }

  function tell(index) {
    values.forEach((value, i) => { value.textContent = text(history.columns[i + 1][index]); });
  }

  function describe(latest) {
    const most = i => Math.max(...history.columns[i + 1].filter(isKnown));
    return title + ": " + labels.map((label, i) => label + " " + text(latest[i])
      + (Number.isFinite(most(i)) ? ", at most " + text(most(i)) : "")).join("; ");
  }

  function options() {
    const axis = {
      stroke: colorOf("muted"), font: "12px system-ui, sans-serif", grid: { stroke: colorOf("grid"), width: 1 }, ticks: { show: false },
    };
    return {
      ...sizeOf(area),
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      hooks: { setCursor: [u => tell(u.cursor.idx ?? history.columns[0].length - 1)] },
      scales: {
        x: { range: (u, least, most) => [(most ?? 0) - historyMs / 1000, most ?? 1] },
        y: log ? { distr: 3, range: logRange } : { range: (u, least, most) => [0, most > 0 ? most * 1.1 : 1] },
      },
      axes: [
        { ...axis, size: 24, space: 80, values: (u, splits, i, space, step) => splits.map(s => clock(new Date(s * 1000), step < 60)) },
        {
          ...axis,
          size: 70,
          space: log ? 16 : 26,
          ...(steps ? { incrs: steps } : {}),
          ...(log ? { filter: powersOfTen, grid: { ...axis.grid, filter: powersOfTen } } : {}),
          values: (u, splits) => splits.map(value => value === null ? null : text(value).replace(/\.0(?!\d)/, "")),
        },
      ],
      series: [{}, ...labels.map((label, i) => ({
        label, width: 1.75, stroke: colorOf(strokes[i]), dash: dashes[i], points: { show: false },
        fill: i === 0 && !log ? colorOf(strokes[i]) + "22" : undefined,
      }))],
    };
  }
}

// Whole powers of ten around what there is, and two at least.
function logRange(u, least, most) {
  if (!(most > 0)) return [1e-4, 1];
  const bottom = Math.floor(Math.log10(least));
  return [10 ** bottom, 10 ** Math.max(bottom + 2, Math.ceil(Math.log10(most)))];
}

const powersOfTen = (u, splits) => splits.map(value => Number.isInteger(Math.round(Math.log10(value) * 1e6) / 1e6) ? value : null);

const sizeOf = area => ({ width: area.clientWidth, height: area.clientHeight });

function legendEntry(legend, label, stroke) {
  const entry = legend.appendChild(document.createElement("li"));
  const svg = entry.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "svg"));
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("viewBox", "0 0 24 8");
  const line = svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "path"));
  line.setAttribute("d", "M0 4H24");
  line.setAttribute("class", stroke);
  entry.append(label);
  const value = entry.appendChild(document.createElement("b"));
  value.textContent = dash;
  return value;
}
