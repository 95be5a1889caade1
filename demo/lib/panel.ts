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
  /** Trains and draws what the reader sees first. */
  start(): Promise<void>;
  /** Trains and draws what is beneath it, while other panels start. */
  finish?(): Promise<unknown>;
  /** All numbers; whatever they take is done then. */
  report(): Promise<Report>;
}
