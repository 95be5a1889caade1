// `evaluate` against float64 vectors that PyTorch's autograd made.
import { describe, expect, it } from "vitest";
import { decisionCutoff, evaluate, type Inputs, lossFromJSON, thresholdSchedule } from "../src/index.js";
import { expectClose, float64 } from "./support/compare.js";
import { vectorFiles } from "./support/oracle.js";
import { checkCase, readVectors } from "./support/vectors.js";
import zerror from "./vectors/zerror.json";

describe.each(vectorFiles)("%s vectors", (_, file, least) => {
  const cases = readVectors(file);
  it("are all there", () => expect(cases.length).toBe(least));
  it.each(cases.map((vector) => [vector.id, vector] as const))("%s", (_, vector) => {
    const result = evaluate(lossFromJSON(vector.spec), vector.inputs as unknown as Inputs, vector.options);
    checkCase(result, vector, "float64");
  });
});

describe("schedules and cutoffs", () => {
  it.each(zerror.schedules.map((s) => [`${s.kind} ${s.from} to ${s.to}, step ${s.step} of ${s.total}`, s] as const))(
    "%s",
    (_, s) => {
      const schedule = thresholdSchedule({ kind: s.kind as "linear", from: s.from, to: s.to, steps: s.total });
      expectClose(schedule(s.step), s.expected, float64, "threshold");
    },
  );
  it.each(zerror.cutoffs.map((c, i) => [i, c] as const))("cutoff %i", (_, c) => {
    const cutoff = decisionCutoff(
      { mean: c.mean0, standardDeviation: c.std0, weight: c.prior0 },
      { mean: c.mean1, standardDeviation: c.std1, weight: c.prior1 },
    );
    expectClose(cutoff.value, c.expected, float64, "cutoff");
    expect(cutoff.kind).toBe(c.kind);
  });
});
