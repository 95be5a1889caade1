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

/** "-" stands for a number that there is not. */
const isNumber = (text: string) => /^-?[\d.]+(e[+-]\d+)?$|^-$/.test(text);

/** Which columns hold numbers alone. */
export const numericColumns = ({ columns, rows }: Pick<Table, "columns" | "rows">): boolean[] =>
  columns.map((_, c) => rows.every(({ cells }) => isNumber(cells[c] ?? "")));

/** Roles that elements have anyway, until the style sheet lays them out as a grid, as it does in narrow windows. */
const role = { table: "table", body: "rowgroup", row: "row", column: "columnheader", name: "rowheader", cell: "cell" };

/** `mark` puts something before the first cell of a row, such as the sample of a line. */
export function renderTable(table: Table, mark?: (row: number) => Child): HTMLElement {
  const { caption, columns, rows, folded, remarks = [] } = table;
  const numeric = numericColumns(table);
  const align = (c: number) => (c > 0 && numeric[c] ? "number" : ""); // the first column holds names
  const body = rows.map(({ cells, note }, r) => {
    const [head = "", ...rest] = cells;
    const first = h("th", { scope: "row", role: role.name }, ...(mark ? [mark(r), " "] : []), head);
    const others = rest.map((cell, c) => h("td", { role: role.cell, class: align(c + 1) }, cell));
    const row = h("tr", { role: role.row }, first, ...others);
    if (!note) return h("tbody", { role: role.body }, row);
    const text = h("td", { role: role.cell, colspan: columns.length }, note);
    return h("tbody", { role: role.body }, row, h("tr", { role: role.row, class: "note" }, text));
  });
  const head = columns.map((name, c) => h("th", { scope: "col", role: role.column, class: align(c) }, name));
  const after = remarks.map((text) => h("p", {}, text));
  if (rows.length === 0) return h("div", {}, h("p", {}, caption), ...after);
  // Focusable, so that a keyboard can scroll a table that is wider than the window; no landmark, for there are many.
  const scroll = h(
    "div",
    { class: "scroll", tabindex: 0, role: "group", "aria-label": caption },
    h(
      "table",
      { role: role.table, class: columns.length > 4 ? "many" : "", style: `--numbers: ${columns.length - 1}` },
      ...(folded ? [] : [h("caption", {}, caption)]),
      h("thead", { role: role.body }, h("tr", { role: role.row }, ...head)),
      ...body,
    ),
  );
  if (folded) return h("details", {}, h("summary", {}, caption), scroll, ...after);
  return h("div", {}, scroll, ...after);
}
