/** The lab: chooses where to compute, mounts the panels, and exposes their numbers to the headless run. */
import { chooseEngine } from "./lib/engine.js";
import type { Report } from "./lib/panel.js";
import { createNoisePanel } from "./panels/noise/index.js";
import { createOutliersPanel } from "./panels/outliers/index.js";
import { createSlopesPanel } from "./panels/slopes/index.js";

interface PageReport {
  readonly engine: string;
  readonly panels: readonly (Report & { readonly title: string })[];
}

declare global {
  interface Window {
    lab: { ready: Promise<void>; report(): Promise<PageReport> };
  }
}

const say = (text: string) => document.querySelector("#engine")?.replaceChildren(text);

// A lost device, for example: the reader is told, and the console has the stack.
addEventListener("unhandledrejection", ({ reason }) => say(`The lab stopped: ${reason?.message ?? reason}`));

async function open(): Promise<Window["lab"]> {
  const engine = await chooseEngine(new URLSearchParams(location.search).get("engine"));
  say(`Losses and gradients are computed on ${engine.description}.`);
  const panels = [createOutliersPanel(engine), createSlopesPanel(engine), createNoisePanel(engine)];
  document.querySelector("main")?.append(...panels.map(({ element }) => element));
  // One after another: they share the GPU, and the first one is read first.
  const start = async () => {
    for (const panel of panels) await panel.start();
  };
  const report = async () => {
    const reports: PageReport["panels"][number][] = [];
    for (const panel of panels) reports.push({ title: panel.title, ...(await panel.report()) });
    return { engine: engine.description, panels: reports };
  };
  return { ready: start(), report };
}

const lab = open();
window.lab = { ready: lab.then(({ ready }) => ready), report: () => lab.then(({ report }) => report()) };
