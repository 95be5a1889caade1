/** What the page and the headless run ask of a panel. */
import type { Table } from "./table.js";

/** How well the engine agrees with float64 on the CPU. */
export interface Agreement {
  readonly holds: boolean;
  readonly text: string;
}

export interface Report {
  readonly tables: readonly Table[];
  /** On the GPU. */
  readonly agreement?: Agreement;
}

export interface Panel {
  readonly title: string;
  readonly element: HTMLElement;
  /** Trains and draws everything once. */
  start(): Promise<void>;
  report(): Promise<Report>;
}
