// The few figures at the top. A figure that is null is one that the server does not tell.
const busiest = f => f.loops?.length ? f.loops.reduce((most, loop) => loop.busy > most.busy ? loop : most) : undefined;
const average = f => f.loops?.length ? f.loops.reduce((sum, loop) => sum + loop.busy, 0) / f.loops.length : undefined;
const ratio = (part, all) => all > 0 ? part / all : null;
const untold = "this server does not tell";
const perSecond = flow => [rate(flow?.perSecond), isKnown(flow?.perSecond) ? "/s" : ""];

function showTiles({ requests, connections, bytes: traffic, files, handshakes, loops, process }) {
  const { recent } = requests.durations;
  const errors = requests.byStatus["5xx"];
  showTile("requests", perSecond(requests.ended), `${count(requests.ended.total)} answered, ${count(requests.active)} in progress`);
  showTile("p99", seconds(recent?.p99),
    recent?.count ? `99 % within this, half within ${joined(seconds(recent.p50))}` : "no requests just now");
  showTile("errors", perSecond(errors), `${count(errors.total)} so far, and ${count(requests.byStatus["4xx"].total)} of clients`);
  showTile("connections", connections ? [count(connections.open), "open"] : [dash, ""],
    connections ? `${rate(connections.accepted.perSecond)} a second accepted, ${count(connections.accepted.total)} so far` : untold);
  const [sent, unit] = bytes(traffic?.sent.perSecond);
  const uncopied = isKnown(files?.recentShare) ? share(files.recentShare) : "nothing";
  showTile("sent", [sent, unit && unit + "/s"],
    traffic ? `received ${joined(bytes(traffic.received.perSecond))}/s, ${uncopied} zero-copy` : untold);
  showHandshakes(handshakes);
  const handOffs = loops?.reduce((sum, loop) => sum + loop.handOffs.total, 0);
  showTile("loop", loops?.length ? [share(busiest({ loops }).busy).replace(" %", ""), "% busy"] : [dash, ""],
    loops ? `${numbered(loops.length, "loop")}, ${numbered(handOffs, "hand-off")} so far` : "this server has no loops");
  showTile("cpu", isKnown(process.cores) ? [short(process.cores), "of " + numbered(process.processors, "core")] : [dash, ""],
    joined(bytes(process.memory)) + " of memory");
}

function showHandshakes(handshakes) {
  if (!handshakes) return showTile("handshakes", [dash, ""], untold);
  const { completed, resumed, failed } = handshakes;
  const all = { perSecond: isKnown(completed.perSecond) ? completed.perSecond + failed.perSecond : null };
  const back = resumed && completed.total > 0 ? share(ratio(resumed.total, completed.total)) + " resumed, " : "";
  showTile("handshakes", perSecond(all), `${back}${count(failed.total)} failed so far`);
}

function showTile(id, value, more) {
  setBig(id, value);
  setText(byId(id + "-more"), more);
}
