/**
 * What went wrong, as a word to branch on.
 *
 * - `parameter`: a loss, an option or a JSON spec that cannot be.
 * - `shape`: arrays, shapes or labels that do not fit together.
 * - `buffer`: a GPU buffer with the wrong usage, size, offset, owner or an overlap.
 * - `unsupported`: this device cannot do it.
 * - `device`: the device was lost, or refused a shader or a pipeline.
 */
export type LossErrorCode = "parameter" | "shape" | "buffer" | "unsupported" | "device";

/** The one error class of this library: `<loss>: <what> must <rule>, got <value>. <remedy>.` */
export class LossError extends Error {
  /** Always "LossError". */
  override readonly name = "LossError";
  /** The kind of failure. */
  readonly code: LossErrorCode;

  constructor(code: LossErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Throws the {@link LossError} that every refusal is: `<subject>: <what> must <rule>, got <value>. <remedy>.` */
export function refuse(
  code: LossErrorCode,
  subject: string,
  rule: string,
  got: unknown,
  remedy = "See its documentation.",
): never {
  throw new LossError(code, `${subject}: ${rule}, got ${show(got)}. ${remedy}`);
}

/** Formats a value for an error message without ever running code of the value's own. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  if (Array.isArray(value)) return `[${value.slice(0, 6).map(show).join(", ")}${value.length > 6 ? ", ..." : ""}]`;
  return value === Object(value) ? typeof value : String(value);
}

/** Throws a {@link LossError} when an options object carries a name that nobody reads: a misspelt option is never ignored. */
export function refuseUnknown(given: object, known: readonly string[], subject: string, what = "option"): void {
  if (given !== Object(given)) refuse("parameter", subject, `${what}s must be an object`, given);
  for (const [name, value] of Object.entries(given)) if (value !== undefined) oneOf(name, known, subject, what);
}

/** Throws a {@link LossError} unless all of `values` are among `allowed`. */
export function eachOf(
  values: readonly string[] = [],
  allowed: readonly string[],
  subject: string,
  what: string,
): void {
  for (const value of values) oneOf(value, allowed, subject, what);
}

/** Throws a {@link LossError} unless `value` is one of `allowed`. */
export function oneOf<T extends string>(value: unknown, allowed: readonly T[], subject: string, what: string): T {
  checkParameter(subject, what, value, choice(allowed));
  return value as T;
}

/** The rule that a parameter must satisfy, with the words that an error message uses for it. */
export interface Rule {
  /** Completes "the parameter must ...". */
  readonly text: string;
  /** Whether a value satisfies the rule. */
  readonly test: (value: number) => boolean;
  /** Type of the value; default "number". */
  readonly type?: "boolean";
}

/** The same for options that are words. */
export interface WordRule {
  readonly text: string;
  readonly test: (value: string) => boolean;
  readonly type: "string";
  /** What to do about it. */
  readonly remedy: string;
}

/** Zero is allowed. */
export const nonNegative: Rule = {
  text: "be a finite number of at least 0",
  test: (x) => Number.isFinite(x) && x >= 0,
};

/** One of some words. */
export const choice = (allowed: readonly string[]): WordRule => ({
  text: `be one of ${allowed.join(", ") || "none"}`,
  test: (x) => allowed.includes(x),
  type: "string",
  remedy: "Check the spelling.",
});

/** Throws a LossError unless a parameter has its type and satisfies its rule. */
export function checkParameter(subject: string, name: string, value: unknown, rule: Rule | WordRule): void {
  const { text, test, type = "number", remedy } = rule as WordRule;
  if (typeof value !== type || !test(value as never)) {
    refuse("parameter", subject, `${name} must ${text}`, value, remedy);
  }
}
