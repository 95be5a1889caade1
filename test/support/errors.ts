// Expecting a LossError: its code, its text, and the form that all messages have.
import { expect } from "vitest";
import { LossError, type LossErrorCode } from "../../src/index.js";

/** `<loss or function>: <what> must <rule>, got <value>` */
const form = /^[\w()]+: .+ must .+ got:? .+/s;

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
