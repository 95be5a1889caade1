/**
 * Families of base losses: what their inputs are, and what of them a z-mask can score. Whatever depends on the family asks
 * these objects, so that a bundle holds only the families whose losses it uses.
 */
import {
  type ArrayOf,
  elementGeometry,
  type Measured,
  measureElements,
  type Resolved,
  resolveElements,
} from "./elements.js";
import { refuse } from "./errors.js";
import type { Part } from "./groups.js";
import type { BaseLoss, Definition } from "./loss.js";
import { sigmoid } from "./numerics.js";
import type { Pass, Wanted } from "./passes.js";
import type { Port } from "./ports.js";
import {
  type CheckedInputs,
  type FamilyOptions,
  type Geometry,
  type OptionalInput,
  type OptionalInputs,
  optionalAnd,
  optionalInputs,
  type Problem,
  type ResultName,
  type Shape,
} from "./problem.js";
import type { ModuleSpec } from "./shader.js";
import {
  familiesBinary,
  familiesRegression,
  functionsSigmoid,
  groupsClasses,
  groupsSeveral,
  statisticsInput,
  statisticsLoss,
  statisticsProbability,
} from "./shaders.generated.js";
import type { Tuning } from "./tuning.js";

/** The kind of inputs a loss takes: residuals, logits with 0/1 labels, or rows of logits with labels over their classes. */
export type Family = "regression" | "binary" | "class";

/** The quantity whose z-score decides. */
export type Statistic = "loss" | "error" | "logit" | "probability";

/** Results of class losses that are computed on request. */
export interface Extras {
  /** ln sum exp of every row of logits; 0 where ignored or omitted. */
  logSumExp?: Float32Array | Float64Array;
  /** The class with the largest logit (the first of several), -1 for rows that are ignored or not finite. */
  predictedClass?: Int32Array;
  /** How many rows have their label predicted; of a row of probabilities, the class with the largest one. */
  correct?: number;
}
/** One of their names. */
export type Extra = keyof Extras | "slopeGradient";

/** How a quantity follows from what the loss is a function of (the residual or the logit) and from the loss. */
interface Scored {
  readonly wgsl: string;
  /** WGSL functions that it calls. */
  readonly uses: readonly string[];
  readonly of: (x: number, loss: number) => number;
}

/** Results that only one family has; `scaled` makes gradients of derivatives, so many to a sample. */
export type MoreResults = (scaled: (raw: Float64Array, width: number) => Float64Array) => object;

/** What sets a family apart. */
export interface FamilyTraits<F extends Family = Family> {
  /** The family. */
  readonly name: F;
  /** Names of the data inputs. */
  readonly data: readonly [string, string] | readonly [string, string, "slopes"];
  /** Statistics per column and class, where there are classes. */
  readonly groups?: readonly string[];
  /** The port of the second input; default: the numbers of elements. */
  readonly secondOf?: (options: FamilyOptions) => Port;
  /** Names of the inputs that may be left out. */
  readonly optional: readonly OptionalInput[];
  /** Options that only plans of this family have. */
  readonly planOptions?: readonly string[];
  /** Losses and slopes follow from residuals, which plans may keep in the place of the gradient. */
  readonly residuals?: boolean;
  /** The second input holds labels: ignored and grouped by class. */
  readonly labelled: boolean;
  /** What a z-mask does by default, as the paper's two losses. */
  readonly masking: {
    /** Where the statistics come from. */
    readonly per: "batch" | "class";
    /** What is masked. */
    readonly granularity: "sample" | "element";
  };
  /** What a z-mask can score, the default first. */
  readonly statistics: Readonly<Partial<Record<Statistic, Scored>>>;
  /** Rows and columns as samples and groups. */
  readonly geometryOf: (problem: Problem, shape: Shape) => Geometry;
  /** Results beside those of every family. */
  readonly extras: readonly Extra[];
  /** Results that are computed where nobody says which; default: those of every family. */
  readonly outputs?: readonly ResultName[];
  /** What `run` asks of a plan beside what every family has, and makes of it. */
  readonly callOf?: (
    second: ArrayLike<number>,
    geometry: Geometry,
    asked: (name: Extra) => boolean,
  ) => {
    /** Options of the plan. */
    readonly options: FamilyOptions;
    /** The results, out of what the plan wrote. */
    readonly read: (floats: (name: Extra) => Float32Array, words: (name: Extra) => Uint32Array) => Extras;
  };
  /** How many workgroups share a row, where rows are long and few; default 1. Throws for ports that do not go together. */
  readonly segmentsOf?: (problem: Problem, geometry: Geometry, tuning: Tuning, ports: ReadonlySet<Port>) => number;
  /** Lanes of a device that can exchange values as a subgroup, where kernels have a use for them; refuses devices that cannot do it. */
  readonly subgroupOf?: (device: GPUDevice, problem: Problem) => Promise<number> | number;
  /** Ways in which kernels serve the parameter values of a problem: the one for all values, before it a faster one for those of now. */
  readonly waysOf?: (problem: Problem) => readonly [string, string?];
  /** Bytes of one number of a port, default 4; and the WGSL of ports where it is not. */
  readonly bytesOf?: (problem: Problem, port: Port) => number;
  /** WGSL of ports, where it is not that of f32. */
  readonly ports?: (spec: ModuleSpec) => Partial<Record<Port, string>>;
  /** What stands first in a module. */
  readonly enable?: (spec: ModuleSpec) => string;
  /** True for two buffers that may be, and are, the same; throws where they have to be. */
  readonly coincide?: (problem: Problem, one: Part<Port>, other: Part<Port>) => boolean;
  /** Passes of a plan, where they are not those of element-wise losses. */
  readonly passes?: (problem: Problem, wanted: Wanted, small: boolean, limit: number) => Pass[];
  /** Checks the two inputs, and multiplies weights by those of classes. `array` gives an array by its name, with the length that it must have. */
  readonly resolve: (problem: Problem, array: ArrayOf, given: OptionalInputs & { readonly shape?: Shape }) => Resolved;
  /** Fills in losses and slopes in float64, and returns results that only this family has. */
  readonly measure: (problem: Problem, inputs: CheckedInputs, measured: Measured) => MoreResults | undefined;
  /** Parameters as the kernels read them, for so many columns. */
  readonly numbers: (base: BaseLoss, columns: number) => readonly number[];
  /** WGSL of samples that are rows. */
  readonly samples?: (spec: ModuleSpec) => readonly string[];
  /** WGSL of a loss, with the functions that the kernels call. */
  readonly code: (base: BaseLoss) => readonly string[];
}

/** What sets families of element-wise losses apart. */
export interface ElementTraits<F extends Family = Family> extends FamilyTraits<F> {
  /** What the loss is a function of. */
  readonly argument: (first: number, second: number) => number;
}

/** WGSL of an element-wise loss: the function that kernels call, whatever the loss is, binds parameters to their uniforms. */
const codeOf =
  (...inputs: string[]) =>
  ({ definition, parameters }: BaseLoss): string[] => {
    const { name, uses = [], wgsl } = definition as Definition;
    const given = [...inputs, ...Object.keys(parameters).map((_, i) => `parameter(${i}u)`)];
    const declared = inputs.map((input) => `${input}:f32`);
    return [...uses, wgsl, `fn base_loss(${declared})->vec2f{return ${name}(${given});}`];
  };

const loss: Scored = { wgsl: statisticsLoss, uses: [], of: (_, value) => value };
const input: Scored = { wgsl: statisticsInput, uses: [], of: (x) => x };
const numbers = ({ parameters }: BaseLoss) => Object.values(parameters) as number[];

/** rho(r), r = prediction - target. */
export const regression: ElementTraits<"regression"> = {
  name: "regression",
  data: ["predictions", "targets"],
  optional: optionalInputs,
  extras: [],
  geometryOf: elementGeometry,
  resolve: resolveElements,
  numbers,
  measure: measureElements,
  residuals: true,
  labelled: false,
  masking: { per: "batch", granularity: "sample" },
  argument: (prediction, target) => prediction - target,
  statistics: { loss, error: input },
  code: (base) => [familiesRegression, ...codeOf("r")(base)],
};

/** Elements of a row may be of several classes. */
function refuseClassWeights(subject: string): never {
  const rule = "classWeights must go with single elements as samples";
  refuse("parameter", subject, rule, "rows", `Use granularity: "element".`);
}

/** phi(o, t) of a logit o and a label t that is 0 or 1. */
export const binary: ElementTraits<"binary"> = {
  name: "binary",
  data: ["logits", "labels"],
  optional: /* @__PURE__ */ optionalAnd("classWeights"),
  extras: [],
  numbers,
  measure: measureElements,
  groups: [groupsSeveral, groupsClasses],
  labelled: true,
  masking: { per: "class", granularity: "element" },
  geometryOf(problem, shape) {
    const geometry = elementGeometry(problem, shape);
    if (problem.mask?.per !== "class") return geometry;
    if (geometry.width > 1) {
      const rule = `samples must be single elements for per: "class"`;
      refuse("shape", problem.subject, rule, shape, `Use granularity: "element".`);
    }
    return { ...geometry, groupColumns: geometry.columns, classes: 2 };
  },
  segmentsOf({ subject }, { width }, _, ports) {
    if (width > 1 && ports.has("classWeights")) refuseClassWeights(subject);
    return 1;
  },
  argument: (logit) => logit,
  statistics: {
    logit: input,
    loss,
    probability: { wgsl: statisticsProbability, uses: [functionsSigmoid], of: sigmoid },
  },
  resolve(problem, array, given) {
    const { subject, ignoreIndex } = problem;
    const { weights, ...resolved } = resolveElements(problem, array, given);
    const { second: labels, geometry } = resolved;
    // A label outside {0, 1, ignoreIndex} is a mistake in the data, never a sample to drop without a word.
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i];
      if (label !== 0 && label !== 1 && label !== ignoreIndex) {
        const rule = `label ${i} must be 0, 1 or ignoreIndex (${ignoreIndex})`;
        refuse("shape", subject, rule, label, "Mark what to leave out by ignoreIndex.");
      }
    }
    if (given.classWeights === undefined) return { ...resolved, weights };
    const classWeights = array("classWeights", 2, "Give those of labels 0 and 1.");
    if (geometry.width > 1) refuseClassWeights(subject);
    const factor = (label: number, i: number): number => (classWeights[label] ?? 1) * (weights?.[i] ?? 1);
    return { ...resolved, weights: Float64Array.from(labels, factor) };
  },
  code: (base) => [familiesBinary, ...codeOf("o", "t")(base)],
};
