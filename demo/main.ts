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
    /** From its start to its last number; others train at the same time. */
    readonly seconds: number;
  })[];
}

declare global {
  interface Window {
    lab: {
      /** When everything has been drawn that needs no scrolling. */
      readonly ready: Promise<void>;
      /** Trains every panel, in view or not. */
      trained(): Promise<void>;
      /** All numbers, those of a short benchmark too. */
      report(): Promise<PageReport>;
    };
  }
}

const say = (text: string) => document.querySelector("#engine")?.replaceChildren(text);

// A lost device, for example: the reader is told, and the console has the stack.
addEventListener("unhandledrejection", ({ reason }) => say(`The lab stopped: ${reason?.message ?? reason}`));

async function open() {
  say("Looking for a GPU.");
  const parameters = new URLSearchParams(location.search);
  const engine = await chooseEngine(parameters.get("engine"));
  say(`Losses and gradients are computed on ${engine.description}.`);
  const [curves, outliers, regression] = [
    createCurvesPanel(),
    createOutliersPanel(engine),
    createRegressionPanel(engine),
  ];
  const [slopes, noise, benchmark] = [
    createSlopesPanel(engine),
    createNoisePanel(engine),
    createBenchmarkPanel(engine),
  ];
  const panels: readonly Panel[] = [curves, outliers, regression, slopes, noise, benchmark];
  // TensorFlow.js takes one training at a time, on the page's own thread first: meanwhile kernels for all the others are compiled.
  const lanes: readonly (readonly Panel[])[] = [[noise, regression], [outliers], [slopes], [curves]];
  document.querySelector("main")?.append(...panels.map(({ element }) => element));
  // ?train=outliers,slopes leaves the others alone, and ?train= all of them: for tests and for slow machines.
  const wished = parameters.get("train")?.split(",");
  const wants = ({ element }: Panel) =>
    wished?.some((name) => element.getAttribute("aria-labelledby") === `${name}-heading`) ?? true;
  const spans = new Map(panels.map((panel) => [panel, { from: Number.POSITIVE_INFINITY, to: 0 }]));
  const timed = async <T>(panel: Panel, work: () => Promise<T>): Promise<T> => {
    const span = spans.get(panel)!;
    span.from = Math.min(span.from, performance.now());
    const result = await work();
    span.to = performance.now();
    return result;
  };
  // What is read first comes first; while the tables beneath it are trained, the next panel starts.
  const start = async () => {
    const finishing: Promise<unknown>[] = [];
    for (const panel of panels.filter(wants)) {
      await timed(panel, () => panel.start());
      finishing.push(timed(panel, async () => panel.finish?.()));
    }
    await Promise.all(finishing);
  };
  const ready = start();
  const reports = new Map<Panel, Report>();
  const ask = async (panel: Panel) => {
    reports.set(panel, await timed(panel, () => panel.report()));
    console.info(`${panel.title}: done after ${(performance.now() / 1000).toFixed(1)} s`);
  };
  const train = async () => {
    const run = async (lane: readonly Panel[]) => {
      for (const panel of lane) await ask(panel);
    };
    await Promise.all([ready, ...lanes.map(run)]);
  };
  let training: Promise<void> | undefined;
  const trained = () => {
    training ??= train();
    return training;
  };
  const report = async (): Promise<PageReport> => {
    await trained();
    await ask(benchmark); // it counts what the GPU does, so that nothing else may use it
    return {
      engine: engine.description,
      panels: panels.map((panel) => {
        const { tables, ...rest } = reports.get(panel)!;
        const { from, to } = spans.get(panel)!;
        return {
          ...{ title: panel.title, ...rest, seconds: (to - from) / 1000 },
          tables: tables.map((table) => ({ ...table, numeric: numericColumns(table) })),
        };
      }),
    };
  };
  return { ready, trained, report };
}

const lab = open();
window.lab = {
  ready: lab.then(({ ready }) => ready),
  trained: () => lab.then(({ trained }) => trained()),
  report: () => lab.then(({ report }) => report()),
};
