/** Regression losses whose samples have slopes. */
import type { ArrayOf, Measured, Resolved } from "../elements.js";
import { refuse } from "../errors.js";
import { type FamilyTraits, type MoreResults, regression } from "../families.js";
import type { BaseLoss, Definition } from "../loss.js";
import { type Pass, passBuilder, type Wanted } from "../passes.js";
import { type Port, portWgsl } from "../ports.js";
import {
  type CheckedInputs,
  type Geometry,
  type OptionalInputs,
  optionalAnd,
  type Problem,
  resolveGeometry,
  resultNames,
  type Shape,
} from "../problem.js";
import { laiFactor, laiFeature, laiGradients, laiMean, laiNorm, laiSamples, laiSingle } from "../shaders.generated.js";
import type { LaiLoss } from "./loss.js";
import { measureSample } from "./sample.js";

function geometryOf({ subject, options, base }: Problem, shape: Shape): Geometry {
  const [rows, columns = 1] = shape;
  if (columns !== 1) refuse("shape", subject, "shape must be [samples]", shape, "A sample has one prediction.");
  const { slopes: features = 1 } = options;
  const { lambda, feature } = (base as LaiLoss).parameters;
  if (!(Number.isInteger(features) && features > feature)) {
    const rule = `there must be slopes of feature ${feature} and those before`;
    refuse("shape", subject, rule, features, "Give the number of features.");
  }
  if (typeof lambda !== "number" && lambda.length !== features) {
    refuse("shape", subject, `lambda must have one entry per feature, ${features}`, lambda.length, "Give them all.");
  }
  return { rows, columns, elements: rows, samples: rows, width: 1, groupColumns: 1, classes: 1, features };
}

function resolve(problem: Problem, array: ArrayOf, given: OptionalInputs & { readonly shape?: Shape }): Resolved {
  const shape = given.shape ?? [array("predictions").length];
  const rows = Array.isArray(shape) ? Number(shape[0]) : 0;
  const { lambda, feature } = (problem.base as LaiLoss).parameters;
  const least = typeof lambda === "number" ? feature + 1 : lambda.length;
  const slopes = array("slopes");
  const features = rows > 0 ? slopes.length / rows : least;
  if (!Number.isInteger(features) || features < 1) {
    const rule = `slopes must have a whole number of entries for each of ${rows} samples`;
    refuse("shape", problem.subject, rule, slopes.length, "Give [samples, features].");
  }
  const own: Problem = { ...problem, options: { ...problem.options, slopes: features } };
  const geometry = resolveGeometry(own, shape);
  const optional = (name: "weights" | "applyMask") =>
    given[name] === undefined ? undefined : array(name, rows, "Give one per sample.");
  const applyMask = optional("applyMask");
  return {
    geometry,
    first: array("predictions", rows),
    second: array("targets", rows),
    weights: optional("weights"),
    more: { slopes: array("slopes", rows * features), ...(applyMask && { applyMask }) },
  };
}

function measure(
  { base, mask }: Problem,
  { first, second, geometry, more, outputs }: CheckedInputs,
  { slopes: byResiduals, losses, scored, members, broken }: Measured,
): MoreResults {
  const { of, parameters } = base as LaiLoss;
  const { definition } = of;
  const rho = {
    value: (r: number) => definition.value(r, of.parameters, 0),
    slope: (r: number) => definition.slope(r, of.parameters, 0),
  };
  const { slopes, applyMask } = more as { slopes: ArrayLike<number>; applyMask?: ArrayLike<number> };
  const { features = 1 } = geometry;
  const slopeGradient = new Float64Array(geometry.elements * features);
  for (let i = 0; i < geometry.elements; i++) {
    members[i] = 1;
    const at = Array.from({ length: features }, (_, j) => slopes[i * features + j]);
    if (!(Number.isFinite(first[i]) && Number.isFinite(second[i]) && at.every(Number.isFinite))) {
      broken[i] = 1;
      continue;
    }
    const r = first[i] - second[i];
    const [loss, byResidual] =
      applyMask?.[i] === 0
        ? [rho.value(r), rho.slope(r)]
        : measureSample(rho, parameters, r, at, slopeGradient.subarray(i * features, (i + 1) * features));
    losses[i] = loss;
    byResiduals[i] = byResidual;
    scored[i] = mask?.statistic === "error" ? r : loss;
  }
  return (scaled) => (outputs.includes("slopeGradient") ? { slopeGradient: scaled(slopeGradient, features) } : {});
}

/**
 * Without a mask the gradients are written while the losses are summed, and the last pass looks at them again only where something is
 * broken, or where a mean is over several chunks of a batch; a mean with weights, and a mask, have to know the sums first.
 */
function passes({ mask, reduction, subject }: Problem, { ports }: Wanted, small: boolean, limit: number): Pass[] {
  const { passes, present, add } = passBuilder(ports, limit);
  const data = present("first", "second", "slopes", "applyMask", "weights");
  const upstream = present("upstream", "upstreams");
  const given = present("givenStatistics");
  const figures = present("loss", "summary", "statistics");
  const perSample = present("losses", "mask", "z", "perSample");
  let gradients = present("gradient", "slopeGradient");
  const must: Port[] = [...data, "scratch", ...upstream];
  const known = !mask && !(reduction === "mean" && ports.has("weights"));
  const direct = known && gradients.length > 0 && must.length + gradients.length <= limit;
  if (small && ports.size < limit) {
    add(direct ? "small_direct" : "small", [...ports, "scratch"]);
    return passes;
  }
  // The keys of a trimmed mean have taken one: the last place may be that of a gradient.
  if (gradients.length > 0 && must.length >= limit) {
    const rule = `weights, applyMask and upstream must leave one of ${limit} storage buffers to the gradients`;
    refuse(
      "unsupported",
      subject,
      rule,
      must.length,
      "Request a higher maxStorageBuffersPerShaderStage, or leave one out.",
    );
  }
  if (mask) add("accumulate", [...data, "scratch"]);
  const scoring: Port[] = [...data, "scratch", ...given];
  let left = direct ? add("score_direct", [...must, ...gradients], perSample) : add("score", scoring, perSample);
  while (left.length > 0) left = add("score", scoring, left);
  left = figures;
  while (gradients.length > 0) {
    const rest = add(direct ? "score_again" : "score_slopes", must, [...gradients, ...left]);
    [gradients, left] = [
      rest.filter((port) => gradients.includes(port)),
      rest.filter((port) => figures.includes(port)),
    ];
  }
  if (left.length > 0) add("last", ["scratch", ...upstream], left);
  return passes;
}

const aggregates = { mean: laiMean, feature: laiFeature, norm: laiNorm };

/** rho(m r) of residuals r and the factor m of their slopes. */
export const sloped: FamilyTraits<"regression"> = {
  ...regression,
  data: ["predictions", "targets", "slopes"],
  optional: optionalAnd("applyMask"),
  residuals: false,
  planOptions: ["slopes"],
  extras: ["slopeGradient"],
  outputs: [...resultNames, "slopeGradient"],
  geometryOf,
  resolve,
  measure,
  passes,
  callOf: (_, { features }) => ({ options: { ...(features && { slopes: features }) }, read: () => ({}) }),
  numbers(base) {
    const { of, parameters } = base as LaiLoss;
    const { lambda, feature } = parameters;
    return [...Object.values(of.parameters), feature, ...(typeof lambda === "number" ? [lambda] : lambda)] as number[];
  },
  code(base: BaseLoss) {
    const { of } = base as LaiLoss;
    return of.definition.familyTraits.code(of);
  },
  // The slopes of one feature are like any other number of a sample.
  ports({ ports, view, geometry }) {
    if (geometry.features !== 1 || !view) return {};
    return {
      slopes: portWgsl("slopes", ports, true),
      slopeGradient: portWgsl("slopeGradient", ports, true),
    };
  },
  samples({ problem, geometry }) {
    const { of, parameters } = problem.base as LaiLoss;
    const { lambda, form, aggregate } = parameters;
    const count = Object.keys((of.definition as Definition).parameters).length;
    return [
      `const FEATURES = ${geometry.features}u;
const SHARE = ${1 / geometry.features!};
const LAMBDAS = ${typeof lambda === "number" ? 1 : lambda.length}u;
const FIRST_LAMBDA = ${count + 1}u;
const PLAIN = ${form === "plain"};
fn feature_index() -> u32 { return u32(parameter(${count}u)); }`,
      laiFactor,
      laiSamples,
      geometry.features === 1 ? laiSingle : aggregates[aggregate],
      laiGradients,
    ];
  },
};
