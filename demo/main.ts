/** The lab: chooses where to compute, mounts the panels, and exposes their numbers to the headless run. */
import { chooseEngine } from "./lib/engine.js";
import type { Panel, Report } from "./lib/panel.js";
import { numericColumns, type Table } from "./lib/table.js";
import { createBenchmarkPanel } from "./panels/benchmark/index.js";
import { createCurvesPanel } from "./panels/curves/index.js";
import { createNoisePanel } from "./panels/noise/index.js";
import { createOutliersPanel } from "./panels/outliers/index.js";
import { createRegressionPanel } from "./panels/regression/index.js";
import { createSlopesPanel } from "./panels/slopes/index.js";

interface PageReport {
  readonly engine: string;
  readonly panels: readonly (Omit<Report, "tables"> & {
    readonly title: string;
    /** With the columns that hold numbers. */
    readonly tables: readonly (Table & { readonly numeric: readonly boolean[] })[];
    /** That it took to start, and to report. */
    readonly seconds: number;
  })[];
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
  say("Looking for a GPU.");
  const parameters = new URLSearchParams(location.search);
  const engine = await chooseEngine(parameters.get("engine"));
  say(`Losses and gradients are computed on ${engine.description}.`);
  const panels = [
    createCurvesPanel(),
    createOutliersPanel(engine),
    createRegressionPanel(engine),
    createSlopesPanel(engine),
    createNoisePanel(engine),
    createBenchmarkPanel(engine),
  ];
  document.querySelector("main")?.append(...panels.map(({ element }) => element));
  // ?train=outliers,slopes leaves the others alone, and ?train= all of them: for tests and for slow machines.
  const wished = parameters.get("train")?.split(",");
  const wants = ({ element }: Panel) =>
    wished?.some((name) => element.getAttribute("aria-labelledby") === `${name}-heading`) ?? true;
  // One after another: they share the GPU, and the first one is read first.
  const seconds = new Map<Panel, number>();
  const timed = async <T>(panel: Panel, work: () => Promise<T>): Promise<T> => {
    const before = performance.now();
    const result = await work();
    seconds.set(panel, (seconds.get(panel) ?? 0) + (performance.now() - before) / 1000);
    return result;
  };
  const start = async () => {
    for (const panel of panels.filter(wants)) await timed(panel, () => panel.start());
  };
  const report = async () => {
    const reports: PageReport["panels"][number][] = [];
    for (const panel of panels) {
      const one = await timed(panel, () => panel.report());
      const tables = one.tables.map((table) => ({ ...table, numeric: numericColumns(table) }));
      reports.push({ title: panel.title, ...one, tables, seconds: seconds.get(panel)! });
    }
    return { engine: engine.description, panels: reports };
  };
  return { ready: start(), report };
}

const lab = open();
window.lab = { ready: lab.then(({ ready }) => ready), report: () => lab.then(({ report }) => report()) };
