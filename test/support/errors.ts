// Expecting a LossError: its code, its text, and the form that all messages have.
import { expect, it } from "vitest";
import { LossError, type LossErrorCode } from "../../src/index.js";

/** `<loss or function>: <what> must <rule>, got <value>` */
const form = /^[\w(), ]+: .+ must .+ got:? .+/s;

function check(error: unknown, code: LossErrorCode, text: RegExp): void {
  if (!(error instanceof LossError)) throw new Error(`a LossError "${code}" should be thrown, got ${error}`);
  expect(error.message).toMatch(text);
  expect(error.code, error.message).toBe(code);
  expect(error.message).toMatch(form);
}

/** Throws unless `action` throws a LossError with this code and text. */
export function expectLossError(action: () => unknown, code: LossErrorCode, text: RegExp): void {
  let thrown: unknown = "nothing";
  try {
    action();
  } catch (error) {
    thrown = error;
  }
  check(thrown, code, text);
}

/** Throws unless the promise rejects with a LossError with this code and text; a synchronous throw is an error, too. */
export async function expectRejected(action: () => Promise<unknown>, code: LossErrorCode, text: RegExp): Promise<void> {
  const outcome = await action().then(
    () => "nothing",
    (error: unknown) => error,
  );
  check(outcome, code, text);
}

/** What a caller without types may pass. */
// biome-ignore lint/suspicious/noExplicitAny: bad input has no type
export type Untyped = any;

type Case<A> = [what: string, code: LossErrorCode, text: RegExp, action: () => A];

/** A test for every case: the action throws. */
export function throws(cases: Case<unknown>[]): void {
  it.each(cases)("%s", (_, code, text, action) => expectLossError(action, code, text));
}

/** A test for every case: the promise rejects. */
export function rejects(cases: Case<Promise<unknown>>[]): void {
  it.each(cases)("%s", (_, code, text, action) => expectRejected(action, code, text));
}
