/** The lab: chooses where to compute, mounts the panels, and exposes their numbers to the headless run. */
import { chooseEngine } from "./lib/engine.js";
import { createOutliersPanel } from "./panels/outliers/index.js";
import type { Report } from "./panels/outliers/report.js";

declare global {
  interface Window {
    lab: { ready: Promise<void>; report(): Promise<Report> };
  }
}

const say = (text: string) => document.querySelector("#engine")?.replaceChildren(text);

// A lost device, for example: the reader is told, and the console has the stack.
addEventListener("unhandledrejection", ({ reason }) => say(`The lab stopped: ${reason?.message ?? reason}`));

async function open(): Promise<Window["lab"]> {
  const engine = await chooseEngine(new URLSearchParams(location.search).get("engine"));
  say(`Loss and gradient are computed on ${engine.description}.`);
  const outliers = createOutliersPanel(engine);
  document.querySelector("main")?.append(outliers.element);
  return { ready: outliers.start(), report: outliers.report };
}

const lab = open();
window.lab = { ready: lab.then(({ ready }) => ready), report: () => lab.then(({ report }) => report()) };
