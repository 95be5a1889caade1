/** A call of the loss kernel, read: tensors by name and attributes, as a problem with a shape, and what comes out of it. */
import { eachOf, refuse } from "../errors.js";
import type { Extra } from "../families.js";
import {
  type FamilyOptions,
  type Geometry,
  type NonFinite,
  type Problem,
  type Reduction,
  type ResultName,
  resolveGeometry,
  resolveProblem,
  resultNames,
  type Shape,
} from "../problem.js";
import type { Loss } from "../zMasked.js";
import type { TensorInfo } from "./host.js";

/** What the loss kernel can write. */
export type KernelOutput = ResultName | "summary" | Extra;

/** What it can write for a loss: some of it is of masked losses, or of a family. */
export const outputsOf = ({ mask, familyTraits }: Problem): KernelOutput[] => [
  ...resultNames.filter((name) => mask || !/mask|^z$|statistics/.test(name)),
  "summary",
  ...familyTraits.extras,
];

/** Attributes of the loss kernel. */
export interface LossAttributes {
  /** Any loss of this package. */
  readonly loss: Loss;
  /** What the kernel returns, in this order; default `["loss", "gradient"]`. */
  readonly outputs?: readonly KernelOutput[];
  /** Default "mean". */
  readonly reduction?: Reduction;
  /** Label of samples to leave out; default -100. */
  readonly ignoreIndex?: number;
  /** Default "propagate". */
  readonly nonFinite?: NonFinite;
}

/** Tensors of the loss kernel, by the names of a plan's buffers. */
export type KernelInputs = Readonly<Record<string, TensorInfo>>;

/** See {@link readCall}. */
export interface Call {
  readonly problem: Problem;
  readonly geometry: Geometry;
  readonly shape: Shape;
  /** Options of its family. */
  readonly family: FamilyOptions;
  /** Inputs beside the data, by name. */
  readonly optional: readonly string[];
  readonly outputs: readonly {
    readonly name: KernelOutput;
    readonly shape: readonly number[];
    readonly dtype: "float32" | "int32";
  }[];
}

export const sizeOf = ({ shape }: { readonly shape: readonly number[] }): number => shape.reduce((a, b) => a * b, 1);

/** The shape of tensors as a plan sees it: the last dimension has the classes, or all but the first one are columns. */
function shapeOf(data: readonly string[], family: string, shape: readonly number[]): Shape {
  const size = sizeOf({ shape });
  if (data.includes("slopes")) return [size];
  if (family === "class") {
    const classes = shape[shape.length - 1] ?? 0;
    return [classes > 0 ? size / classes : 0, classes];
  }
  const [rows = 1, ...more] = shape;
  const columns = sizeOf({ shape: more });
  return columns === 1 ? [rows] : [rows, columns];
}

/** Reads a call; throws a LossError for tensors that are missing, or of another size or type. */
export function readCall(inputs: KernelInputs, attributes: LossAttributes): Call {
  const { loss, outputs = ["loss", "gradient"], reduction, ignoreIndex, nonFinite } = attributes;
  const common = { reduction, ignoreIndex, nonFinite };
  const plain = resolveProblem(loss, common, true);
  const { subject, familyTraits } = plain;
  const { data, name, optional } = familyTraits;
  eachOf(outputs, outputsOf(plain), subject, "an output");
  const [first, second, slopes] = data.map((input) => {
    if (!inputs[input]) refuse("shape", subject, `${input} must be a tensor`, inputs[input], "Give it.");
    return inputs[input];
  });
  const shape = shapeOf(data, name, first.shape);
  const samples = sizeOf(first);
  const family: FamilyOptions = {
    ...(name === "class" && {
      labels: sizeOf(second) === samples && samples > 0 ? ("rows" as const) : ("ids" as const),
    }),
    ...(slopes && { slopes: samples > 0 ? sizeOf(slopes) / samples : 1 }),
  };
  const problem = resolveProblem(loss, { ...common, ...family }, true);
  const geometry = resolveGeometry(problem, shape);
  const more = Object.keys(inputs).filter((input) => !(data as readonly string[]).includes(input));
  eachOf(more, optional, subject, "an input");
  const none = problem.reduction === "none";
  const sizes: Record<string, number> = {
    [data[1]]: family.labels === "ids" ? geometry.samples : geometry.elements,
    slopes: geometry.elements * (family.slopes ?? 1),
    weights: geometry.samples,
    applyMask: geometry.samples,
    upstream: none ? geometry.samples : 1,
    classWeights: name === "class" ? geometry.columns : 2,
    givenStatistics: 4 * geometry.groupColumns * geometry.classes,
  };
  for (const [input, tensor] of Object.entries(inputs)) {
    const size = sizes[input] ?? samples;
    if (sizeOf(tensor) !== size) {
      refuse("shape", subject, `${input} must have ${size} numbers`, tensor.shape, "Give tensors that fit together.");
    }
    const dtype = input === "labels" && family.labels === "ids" ? "int32" : "float32";
    if (tensor.dtype !== dtype) refuse("shape", subject, `${input} must be ${dtype}`, tensor.dtype, "Cast it.");
  }
  // Rows that are samples lose their columns.
  const { width } = geometry;
  const perSample = width === 1 ? first.shape : name === "class" ? first.shape.slice(0, -1) : [geometry.rows];
  const shapes: Partial<Record<KernelOutput, readonly number[]>> = {
    loss: none ? perSample : [],
    gradient: first.shape,
    ...(slopes && { slopeGradient: slopes.shape }),
    statistics: [geometry.groupColumns * geometry.classes, 4],
    summary: [6],
    correct: [],
  };
  return {
    problem,
    geometry,
    shape,
    family,
    optional: more,
    outputs: outputs.map((output) => ({
      name: output,
      shape: shapes[output] ?? perSample,
      dtype: /mask|predictedClass|correct/.test(output) ? "int32" : "float32",
    })),
  };
}
