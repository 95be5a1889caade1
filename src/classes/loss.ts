/** Class losses: base losses psi(log p), and what modifiers make of them. */
import { checkedName } from "../define.js";
import { refuse } from "../errors.js";
import { type BaseLoss, type DefinitionInput, define, type LossFactory, type LossSpec, type Values } from "../loss.js";
import { classes } from "./family.js";
import { plainTerm, type Term } from "./terms.js";
import { codeOf } from "./wgsl.js";

/** A loss over classes: base, or made by modifiers. */
export interface ClassLoss extends BaseLoss<"class"> {
  /** The sum of terms that the loss is, for so many classes; how many terms there are, and of which kind, does not depend on them. */
  readonly terms: (classes: number) => readonly Term[];
}

/** A factory of base class losses. */
export type ClassLossFactory<K extends string = string, B extends string = never> = LossFactory<
  "class",
  K,
  B,
  ClassLoss
>;

/**
 * Defines a class loss by the same path as the built-in ones: psi(l) of the log-probability l of the labelled class, with its
 * derivative. Over a row of probabilities it is extended linearly, and every modifier can go around it.
 *
 * @returns a factory of losses; `evaluate`, `run`, `createPlan` and the modifiers take what it makes.
 * @throws LossError `parameter` when the name is no WGSL identifier or the WGSL does not define it.
 */
export function defineClassLoss<K extends string = never, B extends string = never>(
  input: DefinitionInput<"class", K, B>,
): ClassLossFactory<K, B> {
  const base = define<"class", K, B>(classes, checkedName(input));
  const factory = (given?: Partial<Values<K, B>>): ClassLoss => {
    const loss = base(given);
    const term = plainTerm(loss);
    return Object.freeze({ ...loss, terms: () => [term] });
  };
  return Object.freeze(Object.assign(factory, { definition: base.definition }));
}

/** Throws unless a modifier is given a class loss. */
export function requireClassLoss(loss: unknown, modifier: string): asserts loss is ClassLoss {
  if (typeof (loss as ClassLoss | undefined)?.terms !== "function") {
    const remedy = "Pass a loss such as crossEntropy(); zMasked goes outermost.";
    refuse("parameter", modifier, "the loss must be a class loss without a z-mask", (loss as ClassLoss)?.name, remedy);
  }
}

/** The one term of a loss that `modifier` cannot spread over several. */
export function onlyTerm(terms: readonly Term[], { name }: ClassLoss, modifier: string): Term {
  if (terms.length !== 1) {
    refuse("parameter", modifier, "the loss must be a single term", name, "Modify the parts of a sum one by one.");
  }
  return terms[0];
}

/** A loss made by a modifier. */
export function composed(
  name: string,
  parameters: Readonly<Record<string, number | boolean>>,
  terms: ClassLoss["terms"],
  toJSON: () => LossSpec,
): ClassLoss {
  terms(2); // refuses what cannot be
  return Object.freeze({
    name,
    family: "class" as const,
    parameters: Object.freeze(parameters),
    definition: Object.freeze({
      family: "class" as const,
      familyTraits: classes,
      wgsl: codeOf(terms(2)).join("\n"),
      traits: { boundedSlope: false },
    }),
    terms,
    toJSON,
  });
}
