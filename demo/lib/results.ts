/** The tables of a panel, made once: what they hold does not depend on its controls. */
import { h } from "./dom.js";
import type { Report } from "./panel.js";
import { renderTable } from "./table.js";

export function createResults(make: () => Promise<Report>) {
  const element = h("div", {}, "Training.");
  let made: Promise<Report> | undefined;
  async function draw(): Promise<Report> {
    const all = await make();
    element.replaceChildren(...all.tables.map((table) => renderTable(table)));
    if (all.agreement) element.append(h("p", {}, all.agreement.text));
    return all;
  }
  return {
    element,
    report(): Promise<Report> {
      made ??= draw();
      return made;
    },
  };
}
