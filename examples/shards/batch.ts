/** One batch over several shards. Between them travel three numbers per group, and two at the end, as an all-reduce would carry them. */
import { type GroupStatistics, mergeStatistics, standardDeviation, type ZMaskedLoss } from "../../src/index.js";
import type { Shard, Sums } from "./shard.js";

/** What a batch is for all shards; gradients and masks stay with them. */
export interface ShardedResult {
  readonly loss: number;
  readonly weightSum: number;
  readonly count: number;
  /** Mean and deviation of every group over all shards. */
  readonly statistics: readonly Pick<GroupStatistics, "column" | "class" | "mean" | "standardDeviation" | "n">[];
  /** What every shard has of its own: its mask, and the gradient of the mean over all shards. */
  readonly parts: readonly Pick<Sums, "gradient" | "mask">[];
}

/**
 * The masked mean of a batch whose samples are spread over shards: the loss, mask and gradient that one device would find.
 *
 * @param classes labels that statistics are kept for: 2 for a binary loss per class, 1 for one group.
 */
export async function maskedMean(
  shards: readonly Shard[],
  loss: ZMaskedLoss,
  { classes = 1 } = {},
): Promise<ShardedResult> {
  // The first all-reduce: moments merge in any order, and always to the same statistics but for rounding.
  const moments = await Promise.all(shards.map((shard) => shard.moments()));
  const statistics = moments
    .reduce((a, b) => mergeStatistics(a, b))
    .map((group, g) => ({
      column: Math.floor(g / classes),
      class: g % classes,
      n: group.n,
      mean: group.mean,
      standardDeviation: standardDeviation(group, loss.parameters.ddof),
    }));
  const given = statistics.map(({ n: _, ...group }) => group);
  const sums = await Promise.all(shards.map((shard) => shard.masked(given)));
  // The second one.
  const total = (of: (sums: Sums) => number) => sums.reduce((sum, part) => sum + of(part), 0);
  const weightSum = total((part) => part.weightSum);
  const scale = weightSum === 0 ? 0 : 1 / weightSum;
  return {
    loss: total((part) => part.loss) * scale,
    weightSum,
    count: weightSum === 0 ? 0 : total((part) => part.count),
    statistics,
    parts: sums.map(({ gradient, mask }) => ({ gradient: gradient.map((slope) => slope * scale), mask })),
  };
}
