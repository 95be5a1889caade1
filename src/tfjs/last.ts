/** What a loss function cannot return: mask, statistics and figures of its last call. */
import { refuse } from "../errors.js";
import type { Extras } from "../families.js";
import type { Ledger } from "../ledger.js";
import { emptyGroups, type Geometry } from "../problem.js";
import type { GroupStatistics } from "../statistics.js";
import type { KernelOutput } from "./call.js";
import { bufferFor, recordBetween, type Tensor, type Tf, webgpuOf } from "./host.js";

/** What can be kept of a call, beside the loss and its gradient. */
export type KeptOutput = Exclude<KernelOutput, "loss" | "gradient" | "slopeGradient">;

/** Figures and arrays of a call, read back. */
export interface LastResult extends Extras {
  /** With `keep: ["summary"]`: the loss; for reduction "none" the sum of all samples. */
  loss?: number;
  /** Number of samples that entered the loss. */
  count?: number;
  /** Sum of their weights. */
  weightSum?: number;
  /** Samples that hold a NaN or an infinity. */
  nonFinite?: number;
  /** Labels out of range, which have no gradient; on backends without WebGPU they throw. */
  invalidLabels?: number;
  /** 1 for samples that were kept. */
  mask?: Uint8Array;
  /** The score of every sample. */
  z?: Float32Array;
  /** The loss of every sample, as in the results of `evaluate`. */
  perSample?: Float32Array;
  /** One entry per group. */
  statistics?: GroupStatistics[];
}

/** The last call of a loss function. */
export interface Last {
  /**
   * What the option `keep` names, as tensors that live until the next call: `mask` (int32), `z`, `perSample` per sample; `statistics`
   * [groups, 4] and `summary` [6] in the form of a plan's buffers; of class losses `logSumExp`, `predictedClass`, `correct`. Dispose
   * none of them.
   */
  readonly tensors: Readonly<Partial<Record<KeptOutput, Tensor>>>;
  /** Reads them back. Nothing is read unless somebody asks. */
  read(): Promise<LastResult>;
  /**
   * Counts the batch in a ledger (`createLedger(tf.backend().device, ...)`), on the GPU; `keep` has to hold "mask" and "z".
   *
   * @param ids int32, one per sample.
   * @throws LossError `unsupported` without WebGPU, `buffer` where mask and z were not kept, `shape` for another number of ids.
   */
  record(ledger: Ledger, ids: Tensor): void;
}

/** Keeps tensors for the last call, and disposes of those of the call before. */
export function createLast(tf: Tf, subject: string) {
  let tensors: Partial<Record<KeptOutput, Tensor>> = {};
  let geometry: Geometry | undefined;
  const take = (names: readonly KeptOutput[], values: readonly Tensor[], of?: Geometry): void => {
    for (const tensor of Object.values(tensors)) tensor.dispose();
    tensors = Object.fromEntries(names.map((name, i) => [name, tf.keep(values[i])]));
    geometry = of;
  };
  const last: Last = {
    get tensors() {
      return tensors;
    },
    async read() {
      // The next call may dispose of them while they are on their way.
      const held = Object.entries(tensors).map(([name, tensor]) => [name, tf.keep(tf.clone(tensor))] as const);
      const groups = geometry && emptyGroups(geometry);
      try {
        const values = await Promise.all(held.map(([, tensor]) => tensor.data()));
        return Object.assign({}, ...held.map(([name], i) => readOutput(name as KeptOutput, values[i], groups)));
      } finally {
        for (const [, tensor] of held) tensor.dispose();
      }
    },
    record(ledger, ids) {
      const backend = webgpuOf(tf.backend());
      const { mask, z } = tensors;
      const remedy = "A ledger counts on the GPU.";
      if (!backend) refuse("unsupported", subject, "the backend must be webgpu", tf.engine().backendName, remedy);
      if (!mask || !z) {
        refuse("buffer", subject, "keep must hold mask and z", Object.keys(tensors), "Name them in toTfjs's options.");
      }
      if (ids.dtype !== "int32" || ids.size !== z.size) {
        refuse("shape", subject, `ids must be ${z.size} of int32`, [ids.dtype, ids.size], "Give one per sample.");
      }
      const named = { ids, z, mask };
      const buffers = Object.entries(named).map(([name, { dataId }]) => [name, bufferFor(backend, dataId)]);
      recordBetween(backend, Object.values(named), (pass) =>
        ledger.encode(pass, Object.fromEntries(buffers), { samples: ids.size }),
      );
    },
  };
  return { last, take };
}

/** A kept output as numbers: some of a float tensor are whole ones. */
function readOutput(name: KeptOutput, values: ArrayLike<number>, groups: GroupStatistics[] = []): LastResult {
  const floats = Float32Array.from(values);
  const words = new Uint32Array(floats.buffer);
  switch (name) {
    case "summary": {
      const [loss, weightSum] = floats;
      const [count, invalidLabels, nonFinite] = words.subarray(3);
      return { loss, weightSum, count, invalidLabels, nonFinite };
    }
    case "statistics":
      return {
        statistics: groups.map((group, g) => {
          const [mean, standardDeviation] = floats.subarray(4 * g);
          const [n, inliers] = words.subarray(4 * g + 2);
          return { ...group, mean, standardDeviation, n, inliers };
        }),
      };
    case "mask":
      return { mask: Uint8Array.from(values) };
    case "predictedClass":
      return { predictedClass: Int32Array.from(values) };
    case "correct":
      return { correct: values[0] };
    default:
      return { [name]: floats };
  }
}
