/** Losses of one's own: the same path as that of the built-in ones, with a check of what only a compiler would find. */
import { refuse } from "./errors.js";
import { binary, regression } from "./families.js";
import { type DefinitionInput, define, type LossFactory } from "./loss.js";

/** Passes on a definition whose name can be that of its WGSL function. */
export function checkedName<T extends { readonly name: string; readonly wgsl: string }>(input: T): T {
  const { name, wgsl } = input;
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name) || !new RegExp(`\\bfn\\s+${name}\\s*\\(`).test(wgsl)) {
    const rule = "name must be letters and digits, and name a function in wgsl";
    refuse("parameter", "defineLoss", rule, name, "Rename it.");
  }
  return input;
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
  return define(regression, checkedName(input));
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
  return define(binary, checkedName(input));
}
