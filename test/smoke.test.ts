// That tests run at all, and find their vectors.
import { expect, test } from "vitest";
import vectors from "./vectors/zerror.json";

test("the vectors can be imported", () => {
  expect(vectors.format).toBe("robust-loss-vectors/1");
  expect(vectors.cases.length).toBeGreaterThan(0);
});
