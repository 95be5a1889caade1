/** The page that `npm run bench:browser` loads: measures when told to, and hands over what it finds. */
import { casesFor, labelOf } from "../cases.js";
import { deviceOf } from "../device.js";
import type { Extent } from "../extent.js";
import type { Pace } from "../harness.js";
import { instrument } from "../instrument.js";
import { machineLine, machineOf, peerLibraries } from "../machine.js";
import { measure } from "../measure.js";
import { loadPeers } from "../peers.js";
import type { Machine, Row } from "../rows.js";
import { progressLine } from "../summary.js";
import { sources } from "./sources.js";

export interface PageOptions {
  /** The browser, for the results. */
  readonly runtime: string;
  readonly extent: Extent;
  readonly pace: Pace;
  readonly filter: string;
}

declare global {
  interface Window {
    bench: (options: PageOptions) => Promise<void>;
    /** Of the process that started the browser. */
    say: (line: string) => Promise<void>;
    /** Names of cases that it has already, once it knows the machine. */
    begin: (machine: Machine) => Promise<string[]>;
    found: (label: string, rows: readonly Row[]) => Promise<void>;
  }
}

window.bench = async ({ runtime, extent, pace, filter }) => {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error("no WebGPU adapter");
  // Times of work that WebGPU refused to do mean nothing.
  let fail = (_: Error): void => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const device = await deviceOf(adapter, (message) => fail(new Error(message)));
  const counter = instrument();
  const machine = machineOf(adapter.info, runtime, peerLibraries);
  await window.say(`${machineLine(machine)}${crossOriginIsolated ? "" : " (not isolated: no threads for wasm)"}`);
  const finished = new Set(await window.begin(machine));
  const peers = await loadPeers(device, sources, window.say);
  const cases = casesFor(extent, adapter.info).filter(
    (one) => labelOf(one).includes(filter) && !finished.has(labelOf(one)),
  );
  const all = measure(cases, {
    environment: { device, peers, pace },
    counter,
    machine,
    say: window.say,
    onProgress: (progress) => progress.label && window.say(`\n${progressLine(progress)}`),
    onRows: (rows, one) => window.found(labelOf(one), rows),
  });
  await Promise.race([all, failed]);
};
