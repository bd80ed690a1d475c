// Elements that are made once and changed where they differ, so that a selection or a screen reader's place is kept.
const byId = id => document.getElementById(id);

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function setBig(id, [value, unit]) {
  const element = byId(id);
  const text = value + unit;
  if (element.dataset.shown === text) return;
  element.dataset.shown = text;
  element.textContent = value;
  if (!unit) return;
  const span = element.appendChild(document.createElement("span"));
  span.className = "unit";
  span.textContent = " " + unit;
}

// A card with a table. columns: the headings, the first of which is for the names of rows.
function createTable(title, columns) {
  const card = byId("cards").appendChild(document.createElement("section"));
  const id = "card-" + title.toLowerCase().replaceAll(/[^a-z]+/g, "-");
  const heading = card.appendChild(document.createElement("h3"));
  heading.id = id;
  heading.textContent = title;
  const table = card.appendChild(document.createElement("table"));
  table.setAttribute("aria-labelledby", id);
  const head = table.createTHead().insertRow();
  for (const column of columns) {
    const cell = head.appendChild(document.createElement("th"));
    cell.scope = "col";
    cell.textContent = column;
  }

  const body = table.createTBody();
  const note = card.appendChild(document.createElement("p"));
  note.className = "sub";

  // rows: null if the server does not tell; else [name, value, ...], and a name that begins with a tab is a part of the row above.
  return rows => {
    table.hidden = rows === null;
    note.hidden = rows !== null;
    setText(note, rows === null ? "This server does not tell." : "");
    const lines = rows?.length === 0 ? [null] : rows ?? [];
    while (body.rows.length > lines.length) body.deleteRow(-1);
    lines.forEach((line, i) => fill(body.rows[i] ?? body.insertRow(), line));
  };

  function fill(row, line) {
    const isNone = line === null;
    if (row.cells.length !== (isNone ? 1 : line.length) || (row.cells[0].className === "none") !== isNone) {
      row.replaceChildren(...(isNone ? ["td"] : line.map((_, i) => i === 0 ? "th" : "td")).map(name => document.createElement(name)));
      if (isNone) {
        row.cells[0].className = "none";
        row.cells[0].colSpan = columns.length;
      } else {
        row.cells[0].scope = "row";
      }
    }

    row.className = !isNone && line[0].startsWith("\t") ? "part" : "";
    (isNone ? ["None so far."] : line).forEach((text, i) => setText(row.cells[i], text.trim()));
  }
}
