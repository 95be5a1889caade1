/** What can be chosen: a base loss of the list, a modifier around it, and their parameters; and the same as JSON. */
import {
  type Documentation,
  type Family,
  type Loss,
  type LossSpec,
  losses,
  lossFromJSON,
  type ParameterDefinition,
  rules,
  type Traits,
} from "../../../src/index.js";
import { initialValue } from "./range.js";

export type Parameters = Readonly<Record<string, number | boolean>>;
type Definitions = Readonly<Record<string, ParameterDefinition>>;

/** A base loss, as all families have it. */
export interface Base {
  readonly id: string;
  readonly name: string;
  readonly family: Family;
  readonly parameters: Definitions;
  readonly traits: Traits<never>;
  readonly documentation: Documentation;
}

export const bases: readonly Base[] = losses.map(({ definition }) => definition as unknown as Base);
export const baseOf = (id: string): Base | undefined => bases.find((base) => base.id === id);

export interface Modifier {
  readonly family: Family;
  readonly title: string;
  readonly parameters: Definitions;
}

/** Modifiers that leave a sample a loss of its own: z-masks and trimmed means judge it by its batch, and have no curve. */
export const modifiers: Readonly<Record<string, Modifier>> = {
  lai: {
    family: "regression",
    title: "lai: scaled by the slope of the model",
    parameters: { lambda: { default: 0.5, rule: rules.positive, doc: "where the factor is least" } },
  },
  symmetrized: { family: "class", title: "symmetrized: less its mean over all classes", parameters: {} },
  normalized: { family: "class", title: "normalized: divided by its sum over all classes", parameters: {} },
  tempered: {
    family: "class",
    title: "tempered: at alpha times the logits, divided by alpha",
    parameters: { alpha: { default: 0.5, rule: rules.positive, doc: "inverse temperature" } },
  },
  smoothed: {
    family: "class",
    title: "smoothed: all classes share a part of the label",
    parameters: { eps: { default: 0.1, rule: rules.finite, doc: "the part that is shared" } },
  },
};

export interface Choice {
  readonly base: Base;
  readonly parameters: Parameters;
  /** A name of `modifiers`. */
  readonly modifier?: string;
  readonly modifierParameters: Parameters;
}

const initial = (definitions: Definitions): Parameters =>
  Object.fromEntries(Object.entries(definitions).map(([name, definition]) => [name, initialValue(definition)]));

/** A loss as it is first shown. */
export const choose = (base: Base, modifier?: string): Choice => ({
  base,
  parameters: initial(base.parameters),
  ...(modifier && { modifier }),
  modifierParameters: modifier ? initial(modifiers[modifier].parameters) : {},
});

/** JSON that both `lossFromJSON` and `choiceOf` read; not always the shortest, which may be one id for base and modifier. */
export function specOf({ base, parameters, modifier, modifierParameters }: Choice): LossSpec {
  const of = lossFromJSON({ loss: base.id, params: { ...parameters } }).toJSON();
  return modifier ? { loss: modifier, params: { ...modifierParameters }, of } : of;
}

/** Names of the modifiers of its family. */
export const modifiersOf = (base: Base): string[] =>
  Object.keys(modifiers).filter((name) => modifiers[name].family === base.family);

/**
 * The choice that is written so, if there is one.
 *
 * @param spec that `lossFromJSON` accepts.
 */
export function choiceOf(spec: LossSpec): Choice | undefined {
  const modifier = Object.hasOwn(modifiers, spec.loss) && spec.of !== undefined ? spec.loss : undefined;
  const inner = (modifier ? spec.of : spec) as LossSpec;
  const base = baseOf(inner.loss);
  const given = Object.entries(modifier ? (spec.params ?? {}) : {});
  const known = modifier ? modifiers[modifier].parameters : {};
  if (!base || inner.of || given.some(([name, value]) => !Object.hasOwn(known, name) || typeof value !== "number")) {
    return undefined;
  }
  return {
    ...choose(base, modifier),
    parameters: { ...(lossFromJSON(inner).parameters as Parameters) },
    modifierParameters: { ...initial(known), ...(Object.fromEntries(given) as Parameters) },
  };
}

/** What is drawn of a loss: of a masked one, the loss that is masked. */
export const drawable = (loss: Loss): Exclude<Loss, { base: unknown }> => ("base" in loss ? loss.base : loss) as never;
