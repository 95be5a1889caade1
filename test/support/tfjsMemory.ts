// No test may leave tensors behind.
import { afterEach, beforeEach, expect } from "vitest";
import type { Tf } from "./tfjs.js";

let tensors = 0;

/** From here on so many tensors more are left over, and nobody can free them. */
export function leaks(count: number): void {
  tensors += count;
}

/** Every test of the file has to leave as many tensors as there were. */
export function leavesNoTensors(get: () => Tf): void {
  beforeEach(() => {
    tensors = get().memory().numTensors;
  });
  afterEach(() => {
    expect(get().memory().numTensors, "tensors that are left").toBe(tensors);
  });
}
