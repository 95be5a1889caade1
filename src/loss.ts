/**
 * What a loss is: frozen plain data. Verbs (`evaluate`, `run`, `createPlan`) are functions elsewhere.
 *
 * A base loss pairs one WGSL function with its float64 twin. The formula is written twice on purpose: were one generated
 * from the other, comparing GPU and CPU would prove nothing.
 */
import { nonNegative, type Rule } from "./errors.js";
import type { Family, FamilyTraits } from "./families.js";
import { readParameters, specOf } from "./parameters.js";

/** Rules for parameters that recur. */
export const rules = {
  /** Above 0, finite. */
  positive: { text: "be a finite number above 0", test: (x) => Number.isFinite(x) && x > 0 } as Rule,
  /** At least 0, finite. */
  nonNegative,
  /** Above 1, finite. */
  aboveOne: { text: "be a finite number above 1", test: (x) => Number.isFinite(x) && x > 1 } as Rule,
  /** Below 0, finite. */
  negative: { text: "be a finite number below 0", test: (x) => Number.isFinite(x) && x < 0 } as Rule,
  /** From 0 to 1, with both. */
  closedUnitInterval: { text: "lie between 0 and 1", test: (x) => x >= 0 && x <= 1 } as Rule,
  /** A whole number from 1 to 1000. */
  terms: { text: "be an integer from 1 to 1000", test: (x) => Number.isInteger(x) && x >= 1 && x <= 1000 } as Rule,
  /** Any finite number. */
  finite: { text: "be a finite number", test: (x) => Number.isFinite(x) } as Rule,
  /** Between 0 and 1, without both. */
  unitInterval: { text: "lie strictly between 0 and 1", test: (x) => x > 0 && x < 1 } as Rule,
  /** Any number but NaN. */
  extendedReal: {
    text: "be a number (infinities allowed)",
    test: (x) => typeof x === "number" && !Number.isNaN(x),
  } as Rule,
  /** true or false. */
  flag: { text: "be true or false", test: () => true, type: "boolean" } as Rule,
} as const;

/** One parameter of a loss. Without a `default` the caller has to give it. */
export interface ParameterDefinition {
  /** Value where the caller gives none. */
  readonly default?: number | boolean;
  /** What values are allowed. */
  readonly rule: Rule;
  /** Meaning, unit and range, for the documentation. */
  readonly doc: string;
}

/** What is known about a loss as a function; declared traits are sampled by the tests. */
export interface Traits<P> {
  /** Convex in the prediction (or logit). */
  readonly convex: boolean;
  /** The slope stays bounded, so that one sample can pull only so hard. Kernels rely on it: such a loss is not looked at for overflow where what is scored is the residual. */
  readonly boundedSlope: boolean;
  /** The slope returns to 0 for gross outliers. */
  readonly redescending?: boolean;
  /** Residuals (or logits) at which the slope jumps; finite differences keep away from them. */
  readonly kinks?: (parameters: P) => readonly number[];
}

/** Where a definition comes from, for the documentation. */
export interface Documentation {
  /** The value as a formula, in plain text. */
  readonly formula: string;
  /** The derivative as a formula, in plain text. */
  readonly gradient: string;
  /** Paper or code that defines it, or "our convention". */
  readonly source: string;
  /** Whether the source states the definition, it follows from what the source states, or it is our reading; every built-in loss says so. */
  readonly status?: "confirmed" | "derived" | "inferred";
}

/** Parameter values: numbers, and flags named in B. */
export type Values<K extends string, B extends string = never> = Readonly<Record<K, number> & Record<B, boolean>>;

/** What the library derives everything else from: text and traits of a loss. */
export interface LossCode<F extends Family = Family> {
  /** The kind of inputs. */
  readonly family: F;
  /** What sets that kind apart. */
  readonly familyTraits: FamilyTraits<F>;
  /** Text that determines the kernels, but for what options add. */
  readonly wgsl: string;
  /** Functions that the WGSL calls, out of {@link wgslFunctions}. */
  readonly uses?: readonly string[];
  /** The loss keeps a bounded slope, see {@link Traits}. */
  readonly traits: {
    /** See {@link Traits.boundedSlope}. */
    readonly boundedSlope: boolean;
  };
}

/** Everything about a base loss but its parameter values. */
export interface Definition<F extends Family = Family, K extends string = string, B extends string = never>
  extends LossCode<F> {
  /** Name of the factory, of both source files and of the WGSL function. */
  readonly name: string;
  /** The id in JSON specs. */
  readonly id: string;
  /** Parameters by name, in the order of the WGSL function. */
  readonly parameters: Readonly<Record<K | NoInfer<B>, ParameterDefinition>>;
  /**
   * WGSL: one function called `name` that takes the family's inputs (`r`; or `o` and `t`; or `l`, for classes that `usesTop` also
   * `top: bool`), then the parameters in order (all f32, flags as 0 or 1), and returns `vec2f(value, slope)`.
   */
  readonly wgsl: string;
  /** float64 value; `x` is the residual (regression), the logit (binary) or the log-probability (class); `label` is 0 or 1 (binary only), `top` in its place 1 for the class with the largest score. */
  readonly value: (x: number, parameters: Values<K, B>, label: number) => number;
  /** float64 derivative of the value with respect to `x`. */
  readonly slope: (x: number, parameters: Values<K, B>, label: number) => number;
  /** Class losses only: the value depends on whether the class has the largest score. */
  readonly usesTop?: boolean;
  /**
   * Class losses only, optional: value at log-probability `l + a` minus value at `l`, without cancellation for small `a`; in WGSL
   * `fn <name>_difference(a: f32, l: f32, ...parameters) -> f32`. It keeps the digits of symmetrized losses at small temperatures.
   */
  readonly difference?: (a: number, l: number, parameters: Values<K, B>) => number;
  /**
   * Class losses only, optional: the loss is factor (1 - p^q) / q, or -factor log p for q = 0. Kernels then have its sums over classes
   * from the sweep that finds the largest logit.
   */
  readonly power?: (parameters: Values<K, B>) => readonly [factor: number, q: number];
  /** What is known about the loss as a function. */
  readonly traits: Traits<Values<K, B>>;
  /** Formula and source. */
  readonly documentation: Documentation;
}

/** A loss as JSON: for experiment logs, URLs and test vectors. Infinities are the strings "Infinity" and "-Infinity". */
export interface LossSpec {
  /** Id of the loss or modifier. */
  loss: string;
  /** Parameters that differ from their defaults. */
  params?: Record<string, unknown>;
  /** The loss that a modifier modifies; for a weighted sum, weights with losses. */
  of?: LossSpec | readonly (readonly [weight: number, loss: LossSpec])[];
}

/** A loss with its parameter values, without a z-mask. */
export interface BaseLoss<F extends Family = Family> {
  /** Name of the factory. */
  readonly name: string;
  /** The kind of inputs. */
  readonly family: F;
  /** Parameter values, defaults filled in. */
  readonly parameters: object;
  /** What the loss is made from; for base losses the same object for all losses of a factory. */
  readonly definition: LossCode<F>;
  /** The shortest JSON spec that makes this loss again: parameters at their defaults are left out. */
  toJSON(): LossSpec;
}

/** A loss of single elements, with its parameter values. */
export interface ElementLoss<F extends Family = Family> extends BaseLoss<F> {
  readonly parameters: Readonly<Record<string, number>>;
  readonly definition: Definition<F>;
}
/** rho(r) of the residual r = prediction - target. */
export type RegressionLoss = ElementLoss<"regression">;
/** phi(o, t) of a logit o and a label t that is 0 or 1. */
export type BinaryLoss = ElementLoss<"binary">;

/** A factory of losses: call it with parameter values. `definition` is what the library derives everything else from. */
export interface LossFactory<F extends Family, K extends string, B extends string = never, L = ElementLoss<F>> {
  (parameters?: Partial<Values<K, B>>): L;
  /** Formula, twin, traits and documentation. */
  readonly definition: Definition<F, K, B>;
}

/** What a caller writes down to define a loss; see {@link Definition} for the fields. */
export type DefinitionInput<F extends Family, K extends string, B extends string = never> = Omit<
  Definition<F, K, B>,
  "family" | "familyTraits" | "id"
> & {
  /** The id in JSON specs; default: the name. */
  readonly id?: string;
};

/** Makes a factory; {@link defineRegressionLoss} and its like are this with a check. */
export function define<F extends Family, K extends string = never, B extends string = never>(
  familyTraits: FamilyTraits<F>,
  input: DefinitionInput<F, K, B>,
): LossFactory<F, K, B> {
  const family = familyTraits.name;
  const { name } = input;
  const definition: Definition<F, K, B> = Object.freeze({ ...input, id: input.id ?? name, family, familyTraits });
  const factory = (given: Partial<Values<K, B>> = {}): ElementLoss<F> => {
    const parameters = readParameters(given, definition.parameters, name);
    return Object.freeze({
      name,
      family,
      parameters: parameters as Readonly<Record<string, number>>,
      definition: definition as unknown as Definition<F>,
      toJSON: () => specOf(definition.id, parameters, definition.parameters),
    });
  };
  return Object.freeze(Object.assign(factory, { definition }));
}
