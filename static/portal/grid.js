/* Cells that behave like those of a spreadsheet. Without this file the page is a form with one button. */
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("grille");
  if (!form) return;
  const CELL = "input:not([type=hidden]), select, textarea";
  const body = form.querySelector("tbody");
  const status = document.getElementById("etat");
  const undoable = [];
  const waiting = new WeakMap(); // row → what it is saving: one cell after the other, since they share a draft
  document.getElementById("clavier").hidden = false;
  for (const cell of body.querySelectorAll(CELL)) cell.dataset.saved = cell.value;

  const say = (text) => {
    status.textContent = text;
  };
  const cellAt = (row, column) => body.rows[row]?.cells[column]?.querySelector(CELL) ?? null;
  const placeOf = (cell) => [cell.closest("tr").sectionRowIndex, cell.closest("td").cellIndex];

  /* --- Saving ------------------------------------------------------------------------------- */

  function save(cell, { undoing = false } = {}) {
    const row = cell.closest("tr");
    const next = (waiting.get(row) ?? Promise.resolve()).then(() => send(row, cell, undoing));
    waiting.set(row, next);
    return next;
  }

  async function send(row, cell, undoing) {
    const before = cell.dataset.saved;
    const value = cell.value;
    if (value === before) return;
    const state = row.querySelector("[data-state]");
    state.textContent = form.dataset.saving;
    let page;
    try {
      const answer = await fetch(row.dataset.address, { method: "POST", body: typed(row, cell) });
      if (!answer.ok) {
        return refused(cell, state, answer.status === 401 ? form.dataset.lost : form.dataset.failed);
      }
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      return refused(cell, state, form.dataset.failed);
    }
    const base = page.querySelector(`input[name="initial-${cell.dataset.field}"]`);
    // Not taken over: refused, in conflict or not understood; the server says which.
    if (!base) return refused(cell, state, page.getElementById("enregistre")?.textContent ?? form.dataset.failed);
    initialOf(row, cell).value = base.value;
    cell.dataset.saved = value;
    cell.removeAttribute("aria-invalid");
    if (!undoing) undoable.push({ cell, value: before });
    state.textContent = form.dataset.saved;
    say(undoing ? form.dataset.undone : `${row.cells[0].querySelector(".code").textContent} · ${form.dataset.saved}`);
  }

  function refused(cell, state, text) {
    cell.setAttribute("aria-invalid", "true");
    state.textContent = text;
    say(text);
  }

  const initialOf = (row, cell) => row.querySelector(`input[type=hidden][name="initial-${cell.name}"]`);

  function typed(row, cell) {
    const field = cell.dataset.field;
    const data = new FormData();
    const number = field === "progress";
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.set("form_key", row.querySelector("input[name$='-form_key']").value);
    data.set(field, number ? plainNumber(cell.value) : cell.value);
    data.set(`initial-${field}`, initialOf(row, cell).value);
    return data;
  }

  const plainNumber = (text) => text.replace(/[\s%]/g, "").replace(",", ".");

  form.addEventListener("change", (event) => save(event.target));

  async function undo() {
    const last = undoable.pop();
    if (!last) return say(form.dataset.nothing);
    last.cell.value = last.value;
    enter(last.cell);
    await save(last.cell, { undoing: true });
  }

  /* --- Moving ------------------------------------------------------------------------------- */

  function enter(cell) {
    cell.focus();
    if (cell.select) cell.select();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function move(cell, down, right) {
    let [row, column] = placeOf(cell);
    // A figure that is computed has no cell: it is passed over.
    do {
      row += down;
      column += right;
      const found = cellAt(row, column);
      if (found) return enter(found);
    } while (body.rows[row]?.cells[column]);
  }

  const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  /* Inside a text the arrows move the caret first; the choices of a list change with up and down, as everywhere. */
  function leaves(cell, key) {
    if (cell.tagName === "SELECT") return key === "ArrowLeft" || key === "ArrowRight";
    const { selectionStart: start, selectionEnd: end, value } = cell;
    if (start === 0 && end === value.length) return true;
    const back = key === "ArrowLeft" || key === "ArrowUp";
    return start === end && (back ? start === 0 : end === value.length);
  }

  form.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (!cell.matches(CELL) || event.isComposing) return;
    const bare = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === "Enter" && event.altKey && cell.tagName === "TEXTAREA") {
      event.preventDefault();
      cell.setRangeText("\n", cell.selectionStart, cell.selectionEnd, "end");
    } else if (event.key === "Enter" && bare) {
      event.preventDefault();
      save(cell);
      move(cell, event.shiftKey ? -1 : 1, 0);
    } else if (event.key === "Escape") {
      cell.value = cell.dataset.saved;
      cell.removeAttribute("aria-invalid");
    } else if (event.key in ARROWS && bare && !event.shiftKey && leaves(cell, event.key)) {
      event.preventDefault();
      save(cell);
      move(cell, ...ARROWS[event.key]);
    } else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
      // What is being typed is undone by the browser.
      if (cell.value !== cell.dataset.saved) return;
      event.preventDefault();
      undo();
    }
  });

  /* --- Pasting ------------------------------------------------------------------------------ */

  /* A block as spreadsheets copy it: tabs between cells, quotes around a cell that holds a line end. */
  function block(text) {
    const rows = [[]];
    const cells = /(?:"((?:[^"]|"")*)"(?=[\t\n]|$)|([^\t\n]*))(\t|\n|$)/y;
    const whole = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    while (cells.lastIndex <= whole.length) {
      const found = cells.exec(whole);
      if (!found) break;
      rows[rows.length - 1].push(found[1] === undefined ? found[2] : found[1].replaceAll('""', '"'));
      if (found[3] === "\n") rows.push([]);
      if (found[3] === "") break;
    }
    return rows;
  }

  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/\s+/g, " ").trim().toLowerCase();

  function fill(cell, text) {
    if (cell.tagName !== "SELECT") {
      cell.value = cell.tagName === "TEXTAREA" ? text : text.trim();
      return true;
    }
    const option = [...cell.options].find((one) => [one.text, one.value].map(plain).includes(plain(text)));
    if (option) cell.value = option.value;
    return Boolean(option);
  }

  form.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    const isTable = text.includes("\t") || event.clipboardData.getData("text/html").includes("<table");
    if (!event.target.matches(CELL) || !isTable) return;
    event.preventDefault();
    const [top, left] = placeOf(event.target);
    const unknown = [];
    let pasted = 0;
    block(text).forEach((line, down) =>
      line.forEach((value, right) => {
        const cell = cellAt(top + down, left + right);
        if (!cell) return;
        if (fill(cell, value)) {
          pasted += 1;
          save(cell);
        } else {
          cell.setAttribute("aria-invalid", "true");
          unknown.push(value);
        }
      }),
    );
    const told = [`${form.dataset.pasted} ${pasted}`];
    if (unknown.length) told.push(`${form.dataset.unknown} ${unknown.join(", ")}`);
    say(told.join(" · "));
  });
});
