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

/** An array of the caller by its name; refused where it has another length. */
export type ArrayOf = (name: string, length?: number, remedy?: string) => ArrayLike<number>;

/** The inputs of a family, checked. */
export interface Resolved {
  readonly shape: Shape;
  readonly geometry: Geometry;
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  readonly weights: ArrayLike<number> | undefined;
}

/** Two inputs of one length, and weights of samples. */
export function resolveElements(
  problem: Problem,
  array: ArrayOf,
  { shape: given, weights }: OptionalInputs & { readonly shape?: Shape },
): Resolved {
  const [first, second] = problem.base.definition.familyTraits.data;
  const shape = given ?? [array(first).length];
  const geometry = resolveGeometry(problem, shape);
  return {
    shape,
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
  /** Results that only some families have. */
  readonly more?: object;
}

/** See {@link Measured}; all zero. */
export function measuredOf({ samples, elements }: { samples: number; elements: number }): Measured {
  return {
    slopes: new Float64Array(elements),
    losses: new Float64Array(samples),
    scored: new Float64Array(samples),
    members: new Uint32Array(samples),
    broken: new Uint8Array(samples),
  };
}

/** Measures the losses of elements that are samples, or members of samples. */
export function measureElements({ base, mask, ignoreIndex }: Problem, inputs: CheckedInputs): Measured {
  const { first, second, geometry } = inputs;
  const measured = measuredOf(geometry);
  const { slopes, losses, scored, members, broken } = measured;
  const { parameters, definition } = base as ElementLoss;
  const { value, slope, familyTraits } = definition;
  const { labelled, argument, statistics } = familyTraits as ElementTraits;
  const statistic = statistics[mask?.statistic ?? "loss"]!;
  for (let j = 0; j < geometry.elements; j++) {
    if (labelled && second[j] === ignoreIndex) continue;
    const i = Math.floor(j / geometry.width);
    members[i] += 1;
    if (Number.isFinite(first[j]) && Number.isFinite(second[j])) {
      const x = argument(first[j], second[j]);
      const loss = value(x, parameters, second[j]);
      slopes[j] = slope(x, parameters, second[j]);
      losses[i] += loss;
      scored[i] += statistic.of(x, loss);
    } else broken[i] = 1;
  }
  return measured;
}
