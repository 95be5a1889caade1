// `run` against float64 vectors that PyTorch's autograd made, within the vectors' own tolerances.
import { describe, expect, it } from "vitest";
import { type Inputs, lossFromJSON, run } from "../src/index.js";
import { brief, requestTestDevice, runtime, thoroughIn } from "./support/device.js";
import { vectorFiles } from "./support/oracle.js";
import { checkCase, firstOfEach, readVectors, type VectorCase } from "./support/vectors.js";

// Several at a time: a browser may take 100 ms for each read-back.
const { device } = await requestTestDevice();
const thorough = thoroughIn("oracle");

/** Fewer where another runtime has the same compiler and driver. */
function some(cases: VectorCase[]): VectorCase[] {
  if (runtime === "naga") return firstOfEach(cases, "options");
  return firstOfEach(cases, "loss").filter((_, i) => !brief || i % 4 === 0);
}

describe.concurrent.each(vectorFiles)("%s vectors", (_, file, least) => {
  const cases = readVectors(file);
  it("are all there", () => expect(cases.length).toBe(least));
  const tried = thorough ? cases : some(cases);
  it.each(tried.map((vector) => [vector.id, vector] as const))("%s", async (_, vector) => {
    const result = await run(device, lossFromJSON(vector.spec), vector.inputs as unknown as Inputs, vector.options);
    checkCase(result, vector, "float32");
  });
});
