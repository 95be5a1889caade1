// `run` against float64 vectors that PyTorch's autograd made, within the vectors' own tolerances.
import { beforeAll, describe, expect, it } from "vitest";
import { type Inputs, lossFromJSON, run } from "../src/index.js";
import { requestTestDevice, runtime, thorough } from "./support/device.js";
import { checkCase, firstOfEach, readVectors } from "./support/vectors.js";
import classificationAll from "./vectors/classification-all.json";
import classificationLarge from "./vectors/classification-large.json";
import classificationPy from "./vectors/classification-py.json";
import edgeNonfinite from "./vectors/edge-nonfinite.json";
import lai from "./vectors/lai.json";
import regression from "./vectors/regression.json";
import symmetric from "./vectors/symmetric.json";
import zerror from "./vectors/zerror.json";

// Several at a time: a browser may take 100 ms for each read-back.
let device: GPUDevice;
beforeAll(async () => {
  device = (await requestTestDevice()).device;
});

describe.concurrent.each([
  ["regression", regression, 155],
  ["zerror", zerror, 74],
  ["classification-py", classificationPy, 384],
  ["classification-all", classificationAll, 239],
  ["classification-large", classificationLarge, 14],
  ["symmetric", symmetric, 204],
  ["edge-nonfinite", edgeNonfinite, 12],
  ["lai", lai, 46],
] as const)("%s vectors", (_, file, least) => {
  const cases = readVectors(file);
  it("are all there", () => expect(cases.length).toBe(least));
  const tried = runtime === "firefox" && !thorough ? firstOfEach(cases) : cases;
  it.each(tried.map((vector) => [vector.id, vector] as const))("%s", async (_, vector) => {
    const result = await run(device, lossFromJSON(vector.spec), vector.inputs as unknown as Inputs, vector.options);
    checkCase(result, vector, "float32");
  });
});
