/** Tables whose rows may carry a line of plain text beneath. */
import { type Child, h } from "./dom.js";

export interface Table {
  caption: string;
  columns: string[];
  /** Sentences beneath the table. */
  remarks?: string[];
  /** Long tables lie behind their caption on the page. */
  folded?: boolean;
  rows: { cells: string[]; note?: string }[];
}

const isNumber = (text: string) => /^-?[\d.]+$/.test(text);

/** `mark` puts something before the first cell of a row, such as the sample of a line. */
export function renderTable(
  { caption, columns, rows, folded, remarks = [] }: Table,
  mark?: (row: number) => Child,
): HTMLElement {
  const numeric = columns.map((_, c) => rows.every(({ cells }) => isNumber(cells[c] ?? "")));
  const align = (c: number) => (c > 0 && numeric[c] ? "number" : ""); // the first column holds names
  const body = rows.map(({ cells, note }, r) => {
    const [head = "", ...rest] = cells;
    const first = h("th", { scope: "row" }, ...(mark ? [mark(r), " "] : []), head);
    const row = h("tr", {}, first, ...rest.map((cell, c) => h("td", { class: align(c + 1) }, cell)));
    if (!note) return h("tbody", {}, row);
    return h("tbody", {}, row, h("tr", { class: "note" }, h("td", { colspan: columns.length }, note)));
  });
  const head = columns.map((name, c) => h("th", { scope: "col", class: align(c) }, name));
  const after = remarks.map((text) => h("p", {}, text));
  if (rows.length === 0) return h("div", {}, h("p", {}, caption), ...after);
  // Focusable, so that a keyboard can scroll a table that is wider than the window; no landmark, for there are many.
  const scroll = h(
    "div",
    { class: "scroll", tabindex: 0, role: "group", "aria-label": caption },
    h("table", {}, ...(folded ? [] : [h("caption", {}, caption)]), h("thead", {}, h("tr", {}, ...head)), ...body),
  );
  if (folded) return h("details", {}, h("summary", {}, caption), scroll, ...after);
  return h("div", {}, scroll, ...after);
}
