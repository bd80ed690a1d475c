// The figures' way here: an event stream, opened again until it works or the reader pauses it.
const base = location.pathname.replace(/\/+$/, "");
const reopenMs = 3000;
let source = null;
let reopening = 0;
let isPaused = false;
let heard = 0;

byId("snapshot").href = base + "/snapshot.json";
setText(byId("every"), joined(seconds(intervalMs / 1000)));
setText(byId("history"), "Last " + span(historyMs).replace(/^1 /, ""));
byId("no-charts").hidden = hasCharts;
byId("plots").hidden = !hasCharts;
byId("pause").addEventListener("click", togglePause);
addEventListener("pagehide", close);
addEventListener("pageshow", event => { if (event.persisted && !isPaused) open(); });
setInterval(watch, 1000);
open();

function open() {
  close();
  source = new EventSource(base + "/events");
  source.onmessage = event => {
    heard = Date.now();
    setState("Live", "good", null);
    show(JSON.parse(event.data));
  };
  source.addEventListener("again", open);
  source.onerror = () => {
    // Where the answer was none of a stream, the browser gives up; otherwise it comes again by itself.
    if (source.readyState === EventSource.CLOSED) explain();
    else setState("Disconnected", "bad", "The server does not answer; trying again.");
  };
}

function close() {
  clearTimeout(reopening);
  source?.close();
  source = null;
}

// An event stream does not say with what status it was refused.
async function explain() {
  close();
  reopening = setTimeout(open, reopenMs);
  try {
    // A redirect is one to where people sign in, be it at another origin, which may not be asked.
    const answer = await fetch(base + "/snapshot.json", { cache: "no-store", redirect: "manual" });
    if (isPaused) return;
    if (answer.status === 401 || answer.status === 403 || answer.type === "opaqueredirect") {
      setState("Not authorized", "bad", "The server no longer shows this page to you: sign in again and reload.");
    } else if (answer.ok) {
      setState("Refused", "warn", "As many pages are open as may be; trying again.");
    } else {
      setState("Disconnected", "bad", "The server answers " + answer.status + "; trying again.");
    }
  } catch {
    if (!isPaused) setState("Disconnected", "bad", "The server does not answer; trying again.");
  }
}

// A connection that died without a word.
function watch() {
  if (source && heard && Date.now() - heard > intervalMs * 3 + 5000) {
    heard = Date.now();
    setState("Disconnected", "bad", "Nothing was heard for a while; trying again.");
    open();
  }
}

function togglePause() {
  isPaused = !isPaused;
  byId("pause").setAttribute("aria-pressed", String(isPaused));
  if (isPaused) {
    close();
    setState("Paused", "warn", null);
  } else {
    setState("Connecting", "", null);
    open();
  }
}

function setState(text, kind, notice) {
  setText(byId("state-text"), text);
  byId("state").className = "state " + kind;
  byId("disconnected").hidden = notice === null;
  setText(byId("disconnected"), notice === null ? "" : notice + " The figures below are old.");
}
