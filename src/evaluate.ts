/** The float64 reference on the CPU: synchronous, readable, and what every kernel is tested against. */
import type { Family } from "./families.js";
import {
  checkInputs,
  emptyGroups,
  type Geometry,
  type Inputs,
  type Options,
  type Problem,
  type Result,
  resolveProblem,
  thresholdWarnings,
} from "./problem.js";
import { constantBatch, type GroupStatistics, momentsOf, standardDeviation } from "./statistics.js";
import type { Loss } from "./zMasked.js";

/** Samples before any mask: one entry each. */
interface Samples {
  readonly loss: Float64Array;
  /** The quantity that a z-mask scores. */
  readonly scored: Float64Array;
  readonly group: Uint32Array;
  /** Elements that the sample averages over; 0 for an ignored (or omitted) sample. */
  readonly members: Uint32Array;
  readonly weight: Float64Array;
  readonly finite: Uint8Array;
}

/** Slope of every element with respect to its prediction, 0 where ignored. */
function elementwise(problem: Problem, first: ArrayLike<number>, second: ArrayLike<number>, geometry: Geometry) {
  const { base, mask, ignoreIndex } = problem;
  const { value, slope, familyTraits } = base.definition;
  const { labelled, argument, statistics } = familyTraits;
  const { parameters } = base;
  const { elements } = geometry;
  const values = new Float64Array(elements);
  const slopes = new Float64Array(elements);
  const scored = new Float64Array(elements);
  const state = new Uint8Array(elements); // 0 ignored, 1 finite, 2 not finite
  const statistic = statistics[mask?.statistic ?? "loss"]!;
  for (let i = 0; i < elements; i++) {
    const a = first[i];
    const b = second[i];
    if (labelled && b === ignoreIndex) continue;
    if (!(Number.isFinite(a) && Number.isFinite(b))) {
      state[i] = 2;
      continue;
    }
    const x = argument(a, b);
    state[i] = 1;
    values[i] = value(x, parameters, b);
    slopes[i] = slope(x, parameters, b);
    scored[i] = statistic.of(x, values[i]);
  }
  return { values, slopes, scored, state };
}

function gather(
  problem: Problem,
  geometry: Geometry,
  elements: ReturnType<typeof elementwise>,
  labels: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Samples {
  const { samples: n, width, columns, classes } = geometry;
  const samples: Samples = {
    loss: new Float64Array(n),
    scored: new Float64Array(n),
    group: new Uint32Array(n),
    members: new Uint32Array(n),
    weight: new Float64Array(n),
    finite: new Uint8Array(n).fill(1),
  };
  for (let i = 0; i < n; i++) {
    for (let j = i * width; j < (i + 1) * width; j++) {
      if (elements.state[j] === 0) continue;
      if (elements.state[j] === 2) samples.finite[i] = 0;
      samples.members[i] += 1;
      samples.loss[i] += elements.values[j];
      samples.scored[i] += elements.scored[j];
    }
    const weight = weights?.[i] ?? 1;
    if (!Number.isFinite(weight)) samples.finite[i] = 0;
    samples.weight[i] = Number.isFinite(weight) ? weight : 0;
    if (samples.finite[i] === 0 && problem.nonFinite === "omit") samples.members[i] = 0;
    const members = samples.members[i];
    const usable = members > 0 && samples.finite[i] === 1;
    samples.loss[i] = usable ? samples.loss[i] / members : members > 0 ? Number.NaN : 0;
    samples.scored[i] = usable ? samples.scored[i] / members : 0;
    samples.group[i] = classes > 1 ? (i % columns) * classes + (labels[i] === 1 ? 1 : 0) : 0;
  }
  return samples;
}

/** Scores and masks; a batch that holds a NaN has no scores. */
function score({ mask }: Problem, geometry: Geometry, samples: Samples, poisoned: boolean, given?: GroupStatistics[]) {
  const { threshold, ddof, eps, side } = mask!;
  const members: number[][] = emptyGroups(geometry).map(() => []);
  const present = new Set<number>();
  for (let i = 0; i < geometry.samples; i++) {
    if (samples.members[i] === 0) continue;
    present.add(samples.group[i]);
    if (samples.finite[i]) members[samples.group[i]].push(samples.scored[i]);
  }
  const statistics = emptyGroups(geometry).map((group, g) => {
    const moments = momentsOf(members[g]);
    const { n } = moments;
    if (poisoned && present.has(g)) return { ...group, mean: Number.NaN, standardDeviation: Number.NaN, n };
    if (given) return { ...given[g], n };
    return { ...group, mean: moments.mean, standardDeviation: standardDeviation(moments, ddof), n };
  });
  const z = new Float64Array(geometry.samples);
  const keep = new Uint8Array(geometry.samples);
  for (let i = 0; i < geometry.samples; i++) {
    if (samples.members[i] === 0) continue;
    const { mean, standardDeviation: sd } = statistics[samples.group[i]];
    z[i] = sd <= constantBatch * Math.abs(mean) ? 0 : (samples.scored[i] - mean) / (sd + eps);
    keep[i] = (side === "upper" ? z[i] : Math.abs(z[i])) <= threshold ? 1 : 0;
  }
  for (let i = 0; i < geometry.samples; i++)
    if (keep[i]) (statistics[samples.group[i]] as { inliers: number }).inliers += 1;
  return { z, keep, statistics };
}

/**
 * Computes a loss, its gradient and its diagnostics in float64 on the CPU, without a GPU.
 *
 * @param loss any loss, with or without a z-mask.
 * @param inputs `predictions` and `targets` (regression) or `logits` and `labels` (binary), row-major, with optional `weights`,
 *   `upstream` and `givenStatistics`. Labels are 0, 1 or `ignoreIndex`.
 * @returns arrays as Float64Array: `gradient` has one entry per element, the others one per sample.
 * @throws LossError `shape` where arrays do not fit together or a label is out of range, `parameter` for unknown options.
 */
export function evaluate<F extends Family>(
  loss: Loss<F>,
  inputs: Inputs<F>,
  options: Options = {},
): Result<Float64Array> {
  const problem = resolveProblem(loss as Loss, options);
  const { first, second, weights, upstream, given, geometry } = checkInputs(problem, inputs as Inputs, options);
  const { samples: n, width } = geometry;
  const elements = elementwise(problem, first, second, geometry);
  const samples = gather(problem, geometry, elements, second, weights);
  const broken = samples.members.some((members, i) => members > 0 && samples.finite[i] === 0);
  const scored = problem.mask && score(problem, geometry, samples, broken, given);
  /** A NaN anywhere spoils the statistics, so that no sample of a masked batch can be judged. */
  const poisoned = broken && scored !== undefined;

  const perSample = new Float64Array(n);
  const terms = new Float64Array(n);
  const kept = scored ? scored.keep : samples.members.map((members) => (members > 0 ? 1 : 0));
  let count = 0;
  let weightSum = 0;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const w = samples.weight[i];
    perSample[i] = scored ? samples.loss[i] : samples.members[i] === 0 ? 0 : w * samples.loss[i];
    if (kept[i]) {
      count += 1;
      weightSum += w;
      terms[i] = w * samples.loss[i];
      sum += terms[i];
    }
    if (poisoned) terms[i] = Number.NaN;
  }
  const mean = problem.reduction === "mean";
  if (mean && weightSum === 0) count = 0;
  const scale = !mean ? 1 : broken ? Number.NaN : weightSum === 0 ? 0 : 1 / weightSum;
  const gradient = new Float64Array(geometry.elements);
  for (let j = 0; j < geometry.elements; j++) {
    const i = Math.floor(j / width);
    if (poisoned || (mean && broken)) gradient[j] = Number.NaN;
    else if (kept[i] && elements.state[j] !== 0) {
      const factor = (typeof upstream === "number" ? upstream : upstream[i]) * scale;
      const slope = (samples.weight[i] * elements.slopes[j]) / samples.members[i];
      gradient[j] = samples.finite[i] === 0 ? Number.NaN : factor * slope;
    }
  }
  const reduced = broken ? Number.NaN : mean ? (weightSum === 0 ? 0 : sum / weightSum) : sum;
  const result: Result<Float64Array> = {
    loss: problem.reduction === "none" ? terms : reduced,
    perSample,
    gradient,
    count,
    weightSum,
    ...(scored && { mask: scored.keep, z: scored.z, statistics: scored.statistics }),
    warnings: thresholdWarnings(problem, scored?.statistics ?? [], given !== undefined),
  };
  return select(result, options.outputs);
}

/** Leaves out results that nobody asked for. */
export function select<A extends Float32Array | Float64Array>(
  result: Result<A>,
  outputs: Options["outputs"],
): Result<A> {
  if (outputs) {
    for (const name of ["perSample", "gradient", "mask", "z", "statistics"] as const)
      if (!outputs.includes(name)) delete result[name];
  }
  return result;
}
