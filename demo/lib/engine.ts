/**
 * Where losses and gradients are computed: on the GPU by the kernels, or on the CPU by `evaluate`.
 * The library never falls back silently; this page chooses, and says what it chose.
 */
import { evaluate, type Loss } from "../../src/index.js";
import { openGpu } from "./engine-gpu.js";
import type { Experiment, Trainer } from "./trainer.js";
import { trainOnCpu } from "./trainer-cpu.js";
import { createTurns } from "./turns.js";

/** What a step needs of one fit; `slot` tells the fits of a session apart. */
export interface Job {
  readonly slot: number;
  readonly loss: Loss<"regression">;
  readonly predictions: Float64Array;
}

export interface Outcome {
  readonly loss: number;
  readonly gradient: ArrayLike<number>;
  /** With a z-mask: 1 for kept points, and every point's score. */
  readonly mask?: ArrayLike<number>;
  readonly z?: ArrayLike<number>;
}

/** Several fits to the same targets, stepped together. */
export interface Session {
  evaluate(jobs: readonly Job[]): Promise<Outcome[]>;
  close(): void;
}

export interface Engine {
  readonly kind: "gpu" | "cpu";
  /** For the reader of the page. */
  readonly description: string;
  /** Of the GPU, for what else computes there. */
  readonly device?: GPUDevice;
  /** `losses` has one entry per slot; later jobs may change parameters, not the kind of loss. */
  open(targets: Float64Array, losses: readonly Loss<"regression">[]): Promise<Session>;
  /** Networks instead of predictions that the page makes itself. */
  train(experiment: Experiment): Promise<Trainer>;
}

export function cpuEngine(reason: string): Engine {
  return {
    kind: "cpu",
    description: `the CPU, by the library's float64 references evaluate and evaluateNetwork (${reason})`,
    async open(targets) {
      const turn = createTurns();
      return {
        async evaluate(jobs) {
          await turn();
          return jobs.map(({ loss, predictions }) => {
            const { gradient = [], ...result } = evaluate(loss, { predictions, targets });
            return { ...result, gradient, loss: Number(result.loss) };
          });
        },
        close() {},
      };
    },
    train: async (experiment) => trainOnCpu(experiment),
  };
}

/** The GPU where there is one, else the CPU with the reason why. */
export async function chooseEngine(wish: string | null): Promise<Engine> {
  if (wish === "cpu") return cpuEngine("asked for by ?engine=cpu");
  if (!isSecureContext) return cpuEngine("WebGPU takes https or localhost in the address");
  if (!("gpu" in navigator)) return cpuEngine("this browser has no WebGPU, or it is switched off");
  try {
    const adapter = await navigator.gpu.requestAdapter();
    if (!adapter) return cpuEngine("WebGPU finds no adapter on this machine");
    return await openGpu(adapter);
  } catch (error) {
    return cpuEngine(`WebGPU did not start: ${error instanceof Error ? error.message : error}`);
  }
}
