// From figures to what is seen. A figure that is null is one that the server does not tell.
const plots = byId("plots");
const binarySteps = Array.from({ length: 50 }, (_, i) => 2 ** i);
const charts = [
  [createPlot(plots, { title: "Requests a second", labels: ["All", "4xx", "5xx"], text: rate }),
    f => [f.requests.ended, f.requests.byStatus["4xx"], f.requests.byStatus["5xx"]].map(flow => flow.perSecond)],
  [createPlot(plots, { title: "Request duration", labels: ["Median", "90 %", "99 %"], text: value => joined(seconds(value)), log: true }),
    f => ["p50", "p90", "p99"].map(key => f.requests.durations.recent?.[key] ?? null)],
  [createPlot(plots, { title: "Bytes a second", labels: ["Sent", "Received"], text: value => joined(bytes(value)), steps: binarySteps }),
    f => [f.bytes?.sent.perSecond, f.bytes?.received.perSecond]],
  [createPlot(plots, { title: "Connections and requests", labels: ["Open connections", "Requests in progress"], text: count }),
    f => [f.connections?.open, f.requests.active]],
  [createPlot(plots, { title: "TLS handshakes a second", labels: ["Full", "Resumed", "Failed"], text: rate }),
    f => f.handshakes
      ? [f.handshakes.full ?? f.handshakes.completed, f.handshakes.resumed, f.handshakes.failed].map(flow => flow?.perSecond) : []],
  [createPlot(plots, { title: "Load", labels: ["Process", "Busiest loop", "Average loop"], text: share }),
    f => [isKnown(f.process.cores) ? f.process.cores / f.process.processors : null, busiest(f)?.busy, average(f)]],
];

const flowRow = (name, flow) => [name, rate(flow?.perSecond), count(flow?.total)];
const partRows = flows => Object.entries(flows ?? {}).map(([name, flow]) => flowRow("\t" + words(name), flow));
const byteRow = (name, flow) => [name, joined(bytes(flow.perSecond)), joined(bytes(flow.total))];
const durationRows = ({ recent, total }) => [["Median", "p50"], ["90 %", "p90"], ["99 %", "p99"], ["Longest", "max"]]
  .map(([name, key]) => [name, joined(seconds(recent?.[key])), joined(seconds(total[key]))]);

const flowColumns = name => [name, "a second", "total"];
const tables = [
  [createTable("Requests by status", flowColumns("Status")),
    f => Object.entries(f.requests.byStatus).map(([name, flow]) => flowRow(name, flow))],
  [createTable("Request duration", ["Percentile", "now", "since start"]), f => durationRows(f.requests.durations)],
  [createTable("Connections", flowColumns("What happened")), f => f.connections && [
    flowRow("Accepted", f.connections.accepted),
    flowRow("Rejected: over the limit", f.connections.rejected),
    ...(f.connections.acceptPauses ? [flowRow("Accepting paused", f.connections.acceptPauses)] : []),
    ...(f.connections.closed ? [["Ended", "", ""], ...partRows(f.connections.closed)] : []),
  ]],
  [createTable("Bytes", flowColumns("Direction")), f => f.bytes && [
    byteRow("Sent", f.bytes.sent),
    ...(f.files
      ? [byteRow("\tby sendfile, uncopied", f.files.sendfile), byteRow("\tof it encrypted by the kernel", f.files.encrypted)] : []),
    byteRow("Received", f.bytes.received),
    ...(f.files ? [["Zero-copy share", share(f.files.recentShare), share(f.files.share)]] : []),
  ]],
  [createTable("Files copied after all", flowColumns("Reason")), f => f.files && [...partRows(f.files.fallbacks),
    ...(Object.keys(f.files.failures).length ? [["Cut short", "", ""], ...partRows(f.files.failures)] : [])]],
  [createTable("Loops", ["Loop", "busy", "hand-offs a second", "total"]), f => f.loops && f.loops.map(loop =>
    [String(loop.loop), share(loop.busy), rate(loop.handOffs.perSecond), count(loop.handOffs.total)])],
  [createTable("TLS handshakes", flowColumns("Outcome")), f => f.handshakes && [
    ...(f.handshakes.full
      ? [flowRow("Full", f.handshakes.full), flowRow("Resumed", f.handshakes.resumed)] : [flowRow("Completed", f.handshakes.completed)]),
    flowRow("Failed", f.handshakes.failed), ...partRows(f.handshakes.failedBy),
    ...(Object.keys(f.handshakes.brokenBy ?? {}).length ? [["Broken later", "", ""], ...partRows(f.handshakes.brokenBy)] : []),
  ]],
  [createTable("TLS handshake duration", ["Percentile", "now", "since start"]), f => f.handshakes && durationRows(f.handshakes.durations)],
  [createTable("Kernel TLS", flowColumns("Connections")), f => f.kernelTls && [
    flowRow("Established", f.kernelTls.established),
    flowRow("\tthe kernel encrypts", f.kernelTls.sending),
    flowRow("\tthe kernel decrypts", f.kernelTls.receiving),
    ["Share the kernel encrypts", share(ratio(f.kernelTls.sending.perSecond, f.kernelTls.established.perSecond)),
      share(ratio(f.kernelTls.sending.total, f.kernelTls.established.total))],
    ...(Object.keys(f.kernelTls.fallbacks).length ? [["Not, because", "", ""], ...partRows(f.kernelTls.fallbacks)] : []),
  ]],
  [createTable("Process", ["Resource", "now"]), f => [
    ["Processor, in cores", isKnown(f.process.cores) ? short(f.process.cores) + " of " + f.process.processors : dash],
    ["Memory", joined(bytes(f.process.memory))],
    ["Managed heap", joined(bytes(f.process.managedMemory))],
    ["Thread pool", count(f.process.poolThreads) + " threads"],
    ["Waiting for the pool", count(f.process.poolQueue)],
  ]],
];

function show(f) {
  const time = new Date(f.time);
  setText(byId("since"), "As of " + clock(time, true) + ", counting for " + span(time - new Date(f.since)));
  showTiles(f);
  charts.forEach(([plot, values]) => plot.push(time.getTime(), values(f)));
  tables.forEach(([fill, rows]) => fill(rows(f)));
  showTls(f.tlsEndpoints, time);
}
