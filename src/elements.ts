/** Losses of single elements: what the regression and the binary family have in common. */
import type { ElementTraits } from "./families.js";
import type { ElementLoss } from "./loss.js";
import {
  type CheckedInputs,
  type Geometry,
  type OptionalInputs,
  type Problem,
  resolveGeometry,
  type Shape,
} from "./problem.js";

/** Samples are single elements, or under a mask the means of rows. */
export function elementGeometry({ mask }: Problem, [rows, columns = 1]: Shape): Geometry {
  const elements = rows * columns;
  const width = mask?.granularity === "sample" ? columns : 1;
  const samples = width > 1 ? rows : elements;
  return { rows, columns, elements, samples, width: Math.max(1, width), groupColumns: 1, classes: 1 };
}

/** An array of the caller by its name; refused where it has another length. */
export type ArrayOf = (name: string, length?: number, remedy?: string) => ArrayLike<number>;

/** The inputs of a family, checked. */
export interface Resolved {
  readonly geometry: Geometry;
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  readonly weights: ArrayLike<number> | undefined;
  /** Those that only this family has, by name. */
  readonly more?: Readonly<Record<string, ArrayLike<number>>>;
}

/** Two inputs of one length, and weights of samples. */
export function resolveElements(
  problem: Problem,
  array: ArrayOf,
  { shape: given, weights }: OptionalInputs & { readonly shape?: Shape },
): Resolved {
  const [first, second] = problem.familyTraits.data;
  const geometry = resolveGeometry(problem, given ?? [array(first).length]);
  return {
    geometry,
    first: array(first, geometry.elements),
    second: array(second, geometry.elements),
    weights: weights === undefined ? weights : array("weights", geometry.samples, "Give one per sample."),
  };
}

/** What float64 says of every sample before any reduction. */
export interface Measured {
  /** d loss / d input of every element, without weights. */
  readonly slopes: Float64Array;
  /** Sum over the sample's members, as is `scored`. */
  readonly losses: Float64Array;
  /** What a z-mask scores. */
  readonly scored: Float64Array;
  /** Elements that the sample averages over; 0 for samples that are left out. */
  readonly members: Uint32Array;
  /** 1 where the sample holds a NaN or an infinity. */
  readonly broken: Uint8Array;
}

/** Measures the losses of elements that are samples, or members of samples. */
export function measureElements(problem: Problem, inputs: CheckedInputs, measured: Measured): undefined {
  const { first, second, geometry } = inputs;
  const { parameters, definition } = problem.base as ElementLoss;
  const traits = problem.familyTraits as ElementTraits;
  const statistic = traits.statistics[problem.mask?.statistic ?? "loss"]!;
  for (let j = 0; j < geometry.elements; j++) {
    if (traits.labelled && second[j] === problem.ignoreIndex) continue;
    const i = Math.floor(j / geometry.width);
    measured.members[i] += 1;
    if (Number.isFinite(first[j]) && Number.isFinite(second[j])) {
      const x = traits.argument(first[j], second[j]);
      const loss = definition.value(x, parameters, second[j]);
      measured.slopes[j] = definition.slope(x, parameters, second[j]);
      measured.losses[i] += loss;
      measured.scored[i] += statistic.of(x, loss);
    } else measured.broken[i] = 1;
  }
}
