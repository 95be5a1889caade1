/**
 * What a loss is: frozen plain data. Verbs (`evaluate`, `run`, `createPlan`) are functions elsewhere.
 *
 * A base loss pairs one WGSL function with its float64 twin. The formula is written twice on purpose: were one generated
 * from the other, comparing GPU and CPU would prove nothing.
 */
import { checkParameter, nonNegative, type Rule, refuse, refuseUnknown } from "./errors.js";
import { binary, type Family, type FamilyTraits, regression } from "./families.js";

/** Rules for parameters that recur. */
export const rules = {
  positive: { text: "be a finite number above 0", test: (x: number) => Number.isFinite(x) && x > 0 },
  nonNegative,
  unitInterval: { text: "lie strictly between 0 and 1", test: (x: number) => x > 0 && x < 1 },
  extendedReal: {
    text: "be a number (infinities allowed)",
    test: (x: number) => typeof x === "number" && !Number.isNaN(x),
  },
} as const satisfies Record<string, Rule>;

/** One parameter of a loss. Without a `default` the caller has to give it. */
export interface ParameterDefinition {
  /** Value where the caller gives none. */
  readonly default?: number;
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
  /** One sentence: what the loss does and when to use it. */
  readonly summary: string;
  /** The value as a formula, in plain text. */
  readonly formula: string;
  /** The derivative as a formula, in plain text. */
  readonly gradient: string;
  /** Paper or code that defines it, or "our convention". */
  readonly source: string;
}

type Values<K extends string> = Readonly<Record<K, number>>;

/** Everything about a base loss but its parameter values. */
export interface Definition<F extends Family = Family, K extends string = string> {
  /** The kind of inputs. */
  readonly family: F;
  /** What sets that kind apart. */
  readonly familyTraits: FamilyTraits<F>;
  /** Name of the factory, of both source files and of the WGSL function. */
  readonly name: string;
  /** The id in JSON specs. */
  readonly id: string;
  /** Parameters by name, in the order of the WGSL function. */
  readonly parameters: Readonly<Record<K, ParameterDefinition>>;
  /** WGSL: one function called `name` that takes the family's inputs, then the parameters in order (all f32), and returns `vec2f(value, slope)`. */
  readonly wgsl: string;
  /** Functions that the WGSL calls, out of {@link wgslFunctions}. */
  readonly uses?: readonly string[];
  /** float64 value; `x` is the residual (regression) or the logit (binary), `label` is 0 or 1 (binary only). */
  readonly value: (x: number, parameters: Values<K>, label: number) => number;
  /** float64 derivative of the value with respect to `x`. */
  readonly slope: (x: number, parameters: Values<K>, label: number) => number;
  /** What is known about the loss as a function. */
  readonly traits: Traits<Values<K>>;
  /** Formula and source. */
  readonly documentation: Documentation;
}

/** A loss as JSON: for experiment logs, URLs and test vectors. Infinities are the strings "Infinity" and "-Infinity". */
export interface LossSpec {
  /** Id of the loss or modifier. */
  loss: string;
  /** Parameters that differ from their defaults. */
  params?: Record<string, unknown>;
  /** The loss that a modifier modifies. */
  of?: LossSpec;
}

/** A base loss with its parameter values. */
export interface BaseLoss<F extends Family = Family> {
  /** Name of the factory. */
  readonly name: string;
  /** The kind of inputs. */
  readonly family: F;
  /** Parameter values, defaults filled in. */
  readonly parameters: Readonly<Record<string, number>>;
  /** What the loss is made from; the same object for all losses of a factory. */
  readonly definition: Definition<F>;
  /** The shortest JSON spec that makes this loss again: parameters at their defaults are left out. */
  toJSON(): LossSpec;
}

/** rho(r) of the residual r = prediction - target. */
export type RegressionLoss = BaseLoss<"regression">;
/** phi(o, t) of a logit o and a label t that is 0 or 1. */
export type BinaryLoss = BaseLoss<"binary">;

/** A factory of losses: call it with parameter values. `definition` is what the library derives everything else from. */
export interface LossFactory<F extends Family, K extends string> {
  (parameters?: Partial<Record<K, number>>): BaseLoss<F>;
  /** Formula, twin, traits and documentation. */
  readonly definition: Definition<F, K>;
}

/** What a caller writes down to define a loss; see {@link Definition} for the fields. */
export type DefinitionInput<F extends Family, K extends string> = Omit<
  Definition<F, K>,
  "family" | "familyTraits" | "id"
> & {
  readonly id?: string;
};

/** JSON has no infinities. */
export function toJSONValue(value: number | string): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function define<F extends Family, K extends string>(
  familyTraits: FamilyTraits<F>,
  input: DefinitionInput<F, K>,
): LossFactory<F, K> {
  const family = familyTraits.name;
  const { name } = input;
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name) || !new RegExp(`\\bfn\\s+${name}\\s*\\(`).test(input.wgsl)) {
    const rule = "name must be letters and digits, and name a function in wgsl";
    refuse("parameter", "defineLoss", rule, name, "Rename it.");
  }
  const definition: Definition<F, K> = Object.freeze({ ...input, id: input.id ?? name, family, familyTraits });
  const names = Object.keys(definition.parameters) as K[];
  const factory = (given: Partial<Record<K, number>> = {}): BaseLoss<F> => {
    refuseUnknown(given, names, name, "parameter");
    const parameters = Object.fromEntries(
      names.map((key) => {
        const { default: standard, rule } = definition.parameters[key];
        const value = given[key] === undefined ? standard : given[key];
        checkParameter(name, key, value, rule);
        return [key, value];
      }),
    ) as Record<K, number>;
    return Object.freeze({
      name,
      family,
      parameters: Object.freeze(parameters),
      definition: definition as unknown as Definition<F>,
      toJSON(): LossSpec {
        const changed = names.filter((key) => parameters[key] !== definition.parameters[key].default);
        return {
          loss: definition.id,
          params: Object.fromEntries(changed.map((key) => [key, toJSONValue(parameters[key])])),
        };
      },
    });
  };
  return Object.freeze(Object.assign(factory, { definition }));
}

/**
 * Defines a regression loss rho(r), r = prediction - target, by the same path as the built-in ones.
 *
 * @returns a factory of losses; `evaluate`, `run`, `createPlan` and `zMasked` take what it makes.
 * @throws LossError `parameter` when the name is no WGSL identifier or the WGSL does not define it.
 */
export function defineRegressionLoss<K extends string = never>(
  input: DefinitionInput<"regression", K>,
): LossFactory<"regression", K> {
  return define(regression, input);
}

/**
 * Defines a binary loss phi(o, t) of a logit o and a label t in {0, 1}, by the same path as the built-in ones.
 *
 * @returns a factory of losses; `evaluate`, `run`, `createPlan` and `zMasked` take what it makes.
 * @throws LossError `parameter` when the name is no WGSL identifier or the WGSL does not define it.
 */
export function defineBinaryLoss<K extends string = never>(
  input: DefinitionInput<"binary", K>,
): LossFactory<"binary", K> {
  return define(binary, input);
}
