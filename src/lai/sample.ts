/** The Lai loss of one sample in float64: a regression loss of the residual times the factors of the model's slopes. */
import { plainFactor, scaledFactor } from "./factor.js";

/** How slopes of several features become factors. */
export type Aggregate = "mean" | "feature" | "norm";

/** Parameters of a Lai loss. */
export interface LaiParameters {
  /** Slope at which the factor is least (of the plain form its square root); above 0. An array has one per feature, for "mean" and "feature". */
  readonly lambda: number | readonly number[];
  /** "scaled": rho(m r); "plain", of squared errors: F r². */
  readonly form: "scaled" | "plain";
  /** The mean over features of their losses, that of one feature, or that of the Euclidean norm of all slopes. */
  readonly aggregate: Aggregate;
  /** Which feature, for "feature". */
  readonly feature: number;
}

/** Value and derivative of a regression loss. */
export interface Rho {
  readonly value: (r: number) => number;
  readonly slope: (r: number) => number;
}

/** Value, derivative with respect to the residual, and derivative with respect to the slope that the factor is of. */
type Measured = readonly [loss: number, byResidual: number, bySlope: number];

function measure({ value, slope }: Rho, r: number, k: number, lambda: number, form: "scaled" | "plain"): Measured {
  if (form === "plain") {
    const [factor, derivative] = plainFactor(k, lambda);
    return [factor * r * r, 2 * factor * r, derivative * r * r];
  }
  const [factor, derivative] = scaledFactor(k, lambda);
  const pull = slope(factor * r);
  return [value(factor * r), factor * pull, pull * r * derivative];
}

/**
 * Loss of a residual r and its derivative with respect to r; derivatives with respect to the slopes are written into `bySlopes`.
 *
 * @param slopes d prediction / d input, one per feature.
 */
export function measureSample(
  rho: Rho,
  { lambda, form, aggregate, feature }: LaiParameters,
  r: number,
  slopes: ArrayLike<number>,
  bySlopes: { [j: number]: number },
): readonly [loss: number, byResidual: number] {
  const features = slopes.length;
  const lambdaOf = (j: number): number => (typeof lambda === "number" ? lambda : lambda[j]);
  for (let j = 0; j < features; j++) bySlopes[j] = 0;
  if (aggregate === "feature") {
    const [loss, byResidual, bySlope] = measure(rho, r, slopes[feature], lambdaOf(feature), form);
    bySlopes[feature] = bySlope;
    return [loss, byResidual];
  }
  if (aggregate === "norm") {
    const norm = Math.hypot(...Array.from(slopes));
    const [loss, byResidual, bySlope] = measure(rho, r, norm, lambdaOf(0), form);
    for (let j = 0; j < features; j++) bySlopes[j] = norm === 0 ? 0 : bySlope * (slopes[j] / norm);
    return [loss, byResidual];
  }
  let [loss, byResidual] = [0, 0];
  for (let j = 0; j < features; j++) {
    const each = measure(rho, r, slopes[j], lambdaOf(j), form);
    loss += each[0] / features;
    byResidual += each[1] / features;
    bySlopes[j] = each[2] / features;
  }
  return [loss, byResidual];
}
