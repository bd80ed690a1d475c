// Certificates and ticket keys. They change seldom: the elements are made anew when their text does.
const soonDays = 14;
let shownTls = null;

function showTls(endpoints, now) {
  const views = (endpoints ?? []).map(endpoint => endpointView(endpoint, now));
  const text = JSON.stringify(views);
  if (text === shownTls) return;
  shownTls = text;
  setText(byId("no-tls"), endpoints
    ? "No endpoint speaks TLS." : "There is no TLS of the transport's here (UseAeronetTls); that of others does not tell.");
  byId("no-tls").hidden = views.length > 0;
  byId("endpoints").replaceChildren(...views.map(drawEndpoint));
  const attention = views.flatMap(view => view.certificates
    .filter(certificate => certificate.badge.kind !== "good")
    .map(certificate => certificate.name + " at " + view.title + ": " + certificate.badge.text));
  byId("attention").hidden = attention.length === 0;
  byId("attention").replaceChildren(...attention.map(line => element("li", line)));
}

function endpointView(endpoint, now) {
  return {
    title: endpoint.address,
    facts: [
      ["TLS by", endpoint.implementation === "OpenSsl" ? "the transport (OpenSSL)" : "Kestrel"],
      endpoint.fallbackReason ? ["Because", endpoint.fallbackReason] : ["Kernel TLS", words(endpoint.ktls)],
    ],
    certificates: endpoint.hosts.flatMap(host => host.certificates.map(certificate => certificateView(host, certificate, now))),
    keys: endpoint.ticketKeys.map(key => [words(key.use) + " key", "made " + span(now - new Date(key.createdAt)) + " ago"]),
    noKeys: endpoint.implementation === "OpenSsl" ? "none: no session is resumed" : "not told by this TLS",
    rotation: endpoint.ticketKeys.length === 0 ? null
      : endpoint.ticketKeyRotation ? "every " + spanOf(endpoint.ticketKeyRotation) : "never",
  };
}

function certificateView(host, certificate, now) {
  const ends = new Date(certificate.notAfter);
  const begins = new Date(certificate.notBefore);
  const days = Math.floor((ends - now) / 86400000);
  const left = span(Math.abs(ends - now));
  const badge = certificate.staple === "Revoked" ? { kind: "bad", text: "revoked" } : ends <= now ? { kind: "bad", text: "expired " + left + " ago" }
    : begins > now ? { kind: "bad", text: "not valid yet" }
      : certificate.staple === "Missing" && certificate.demandsStaple ? { kind: "bad", text: "demands an OCSP staple, and there is none" }
        : { kind: days < soonDays ? "warn" : "good", text: left + " left" };
  return {
    name: certificate.names.length ? certificate.names.join(", ") : certificate.subject,
    badge,
    facts: [
      ["Host", host.name ?? "any that is not named"],
      ["Key", certificate.keyAlgorithm + (certificate.keySize ? ", " + certificate.keySize + " bits" : "")],
      ["Valid", day(begins) + " to " + day(ends)],
      ["Issuer", certificate.issuer],
      ["OCSP staple", stapleText(certificate, now)],
      ["Resumption", host.isResumable ? "allowed" : "not allowed"],
    ],
  };
}

function stapleText(certificate, now) {
  const because = certificate.stapleProblem ? "; " + certificate.stapleProblem : "";
  const left = certificate.stapleExpiresAt ? span(new Date(certificate.stapleExpiresAt) - now) : "";
  switch (certificate.staple) {
    case "None": return "none is sent";
    case "Missing": return "missing" + because;
    default: return words(certificate.staple) + ", " + left + " left" + because;
  }
}

// A TimeSpan as .NET writes it: [d.]hh:mm:ss.
function spanOf(text) {
  const [, days, hours, minutes, secs] = /^(?:(\d+)\.)?(\d+):(\d+):([\d.]+)$/.exec(text).map(Number);
  return span((((days || 0) * 24 + hours) * 60 + minutes) * 60000 + secs * 1000);
}

function drawEndpoint(view) {
  const section = element("section");
  section.append(element("h3", view.title), facts(view.facts));
  for (const certificate of view.certificates) {
    const heading = element("h4", certificate.name + " ");
    const badge = element("span", certificate.badge.text);
    badge.className = "badge " + certificate.badge.kind;
    heading.append(badge);
    section.append(heading, facts(certificate.facts));
  }

  section.append(element("h4", "Ticket keys"), facts([
    ...(view.keys.length ? view.keys : [["Keys", view.noKeys]]), ...(view.rotation ? [["Replaced", view.rotation]] : [])]));
  return section;
}

function facts(pairs) {
  const list = element("dl");
  for (const [name, value] of pairs) list.append(element("dt", name), element("dd", value));
  return list;
}

function element(name, text = "") {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
