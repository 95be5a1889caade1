/** One shard of a batch, on a device of its own: what a worker, or a machine of a cluster, computes of its samples. */
import {
  type GroupStatistics,
  groupMoments,
  type Inputs,
  type Loss,
  type Moments,
  run,
  type Shape,
  type ZMaskedLoss,
} from "../../src/index.js";

/** Statistics that all shards mask by. */
export type Given = readonly Pick<GroupStatistics, "column" | "class" | "mean" | "standardDeviation">[];

/** What a shard adds to the batch; nothing is divided yet. */
export interface Sums {
  readonly loss: number;
  readonly weightSum: number;
  readonly count: number;
  /** Of the shard's own elements; divided by the weights of all shards it is the gradient of the mean. */
  readonly gradient: Float32Array;
  readonly mask: Uint8Array;
}

export interface Shard {
  /** n, mean and m2 of every group, column by column: the only numbers that have to travel before samples are masked. */
  moments(): Promise<Moments[]>;
  /** Masks by the statistics of all shards. */
  masked(givenStatistics: Given): Promise<Sums>;
}

export function createShard(device: GPUDevice, loss: ZMaskedLoss, inputs: Inputs, shape: Shape): Shard {
  const { ddof } = loss.parameters;
  return {
    async moments() {
      const { statistics } = await run(device, loss as Loss, inputs, { shape, outputs: ["statistics"] });
      return statistics!.map((group) => groupMoments(group, ddof));
    },
    async masked(givenStatistics) {
      const outputs = ["gradient", "mask"] as const;
      const options = { shape, outputs, givenStatistics, reduction: "sum" } as const;
      const { loss: sum, weightSum, count, gradient, mask } = await run(device, loss as Loss, inputs, options);
      return { loss: sum as number, weightSum, count, gradient: gradient!, mask: mask! };
    },
  };
}
