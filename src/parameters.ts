/** Parameters of losses and modifiers: read with their rules and defaults, and written as JSON. */
import { checkParameter, type Rule, refuseUnknown, type WordRule } from "./errors.js";
import type { LossSpec } from "./loss.js";

/** Rules and defaults by name; what has no default has to be given. */
export type ParameterRules<K extends string = string> = Readonly<
  Record<K, { readonly default?: unknown; readonly rule: Rule | WordRule }>
>;

/** Parameters that may be given, with defaults filled in. */
export function readParameters<P extends object>(
  given: Partial<P>,
  rules: ParameterRules<keyof P & string>,
  subject: string,
  what = "parameter",
): Readonly<P> {
  const names = Object.keys(rules) as (keyof P & string)[];
  refuseUnknown(given, names, subject, what);
  const read = names.map((name) => {
    const { default: standard, rule } = rules[name];
    const value = given[name] === undefined ? standard : given[name];
    checkParameter(subject, name, value, rule);
    return [name, value];
  });
  return Object.freeze(Object.fromEntries(read)) as Readonly<P>;
}

/** JSON of a loss, with the parameters that differ from their defaults. JSON has no infinities. */
export function specOf(
  loss: string,
  parameters: object,
  rules: Readonly<Record<string, { readonly default?: unknown; readonly rule?: Rule | WordRule }>> = {},
): LossSpec {
  const changed = Object.entries(parameters).filter(([name, value]) => value !== rules[name]?.default);
  const written = changed.map(([name, value]) => [name, Math.abs(Number(value)) === Infinity ? String(value) : value]);
  return { loss, params: Object.fromEntries(written) };
}
