/** The float64 reference on the CPU: synchronous, readable, and what every kernel is tested against. */
import type { Family } from "./families.js";
import {
  checkInputs,
  emptyGroups,
  type Inputs,
  type Options,
  type Result,
  resolveProblem,
  resultNames,
  thresholdWarnings,
} from "./problem.js";
import { centerOf, scoreOf } from "./statistics.js";
import type { Loss } from "./zMasked.js";

/**
 * Computes a loss, its gradient and its diagnostics in float64 on the CPU, without a GPU.
 *
 * @param loss any loss, with or without a z-mask.
 * @param inputs `predictions` and `targets` (regression; of Lai losses also `slopes`) or `logits` and `labels` (binary, class), row-major,
 *   with optional `weights`, `classWeights`, `applyMask`, `upstream` and `givenStatistics`.
 * @returns arrays as Float64Array: `gradient` has one entry per element, the others one per sample.
 * @throws LossError `shape` where arrays do not fit together or a label is out of range, `parameter` for unknown options.
 */
export function evaluate<F extends Family>(
  loss: Loss<F>,
  inputs: Inputs<F>,
  options: Options = {},
): Result<Float64Array> {
  const problem = resolveProblem(loss as Loss, options, false);
  const { mask, reduction } = problem;
  const checked = checkInputs(problem, inputs as Inputs, options);
  const { upstream, given, geometry } = checked;
  const { samples, elements, classes } = geometry;
  const weightOf = (i: number): number => checked.weights?.[i] ?? 1;
  const slopes = new Float64Array(elements);
  const losses = new Float64Array(samples);
  const scored = new Float64Array(samples);
  const members = new Uint32Array(samples);
  const broken = new Uint8Array(samples);
  const measured = { slopes, losses, scored, members, broken };
  const more = problem.familyTraits.measure(problem, checked, measured);

  // Samples average over their elements; those that are absent have none.
  const scores: number[][] = emptyGroups(geometry).map(() => []);
  const groupOf = (i: number): number => (classes > 1 ? (i % geometry.groupColumns) * classes + checked.second[i] : 0);
  let spoiled = false;
  for (let i = 0; i < samples; i++) {
    if (!Number.isFinite(weightOf(i))) broken[i] = 1;
    if (broken[i] && problem.nonFinite === "omit") members[i] = 0;
    if (members[i] === 0) losses[i] = 0;
    else {
      losses[i] /= members[i];
      scored[i] /= members[i];
      if (broken[i]) [losses[i], scored[i], spoiled] = [NaN, NaN, true];
      scores[groupOf(i)].push(scored[i]);
    }
  }

  // A masked batch that holds a NaN has no scores.
  const poisoned = spoiled && !!mask;
  const statistics = emptyGroups(geometry).map((group, g) => {
    const values = scores[g].filter((value) => !Number.isNaN(value));
    const n = values.length;
    if (poisoned && scores[g].length > 0) return { ...group, mean: NaN, standardDeviation: NaN, n };
    return { ...group, ...(mask && (mask.centerOf ?? centerOf)(values, mask)), ...given?.[g], n };
  });
  // Other masks score a batch as a whole, in the order of its samples.
  const others = mask?.scoresOf?.(scores[0], statistics[0].mean, given).values();
  const z = new Float64Array(samples);
  const keep = new Uint8Array(samples);
  const terms = new Float64Array(samples);
  let count = 0;
  let weightSum = 0;
  let sum = 0;
  for (let i = 0; i < samples; i++) {
    if (members[i] > 0) {
      keep[i] = 1;
      if (mask) {
        const group = statistics[groupOf(i)];
        z[i] = others ? others.next().value! : scoreOf(scored[i], group, mask);
        keep[i] = (mask.side === "upper" ? z[i] : Math.abs(z[i])) <= mask.threshold ? 1 : 0;
        group.inliers += keep[i];
      }
    }
    if (keep[i]) {
      const weight = Number.isFinite(weightOf(i)) ? weightOf(i) : 0;
      count += 1;
      weightSum += weight;
      terms[i] = weight * losses[i];
      sum += terms[i];
    }
    if (poisoned) terms[i] = NaN;
  }

  const mean = reduction === "mean";
  const scale = mean ? weightSum && 1 / weightSum : 1; // 0 where nothing counts
  const scaled = (raw: Float64Array, width: number): Float64Array =>
    raw.map((slope, j) => {
      const i = Math.floor(j / width);
      if (poisoned || (mean && spoiled)) return NaN;
      if (!keep[i]) return 0;
      const factor = (typeof upstream === "number" ? upstream : upstream[i]) * scale;
      return broken[i] ? NaN : (factor * weightOf(i) * slope) / members[i];
    });
  const result: Result<Float64Array> = {
    loss: reduction === "none" ? terms : spoiled ? NaN : sum * scale,
    perSample: mask ? losses : losses.map((loss, i) => (members[i] === 0 ? 0 : weightOf(i) * loss)),
    gradient: scaled(slopes, geometry.width),
    count: scale && count,
    weightSum,
    ...(mask && { mask: keep, z, statistics }),
    ...more?.(scaled),
    warnings: mask && !given ? thresholdWarnings(problem, statistics) : [],
  };
  for (const name of resultNames) if (name !== "loss" && !checked.outputs.includes(name)) delete result[name];
  return result;
}
