// TensorFlow.js without a GPU: every loss on its CPU backend, gradients against central differences, and what cannot be.
import { beforeAll, describe, it } from "vitest";
import { evaluate } from "../src/index.js";
import { networkVectors } from "./support/networks.js";
import { expectParity } from "./support/parity.js";
import { compute, loadTf, lossesById, type Tf } from "./support/tfjs.js";
import { refusesInTfjs } from "./support/tfjsErrors.js";
import { trainsLaiInTfjs } from "./support/tfjsLai.js";
import { leavesNoTensors } from "./support/tfjsMemory.js";
import { behavesInTfjs } from "./support/tfjsSuite.js";
import { trainsInTfjs } from "./support/tfjsTraining.js";

let tf: Tf;
beforeAll(async () => {
  tf = await loadTf();
  await tf.setBackend("cpu");
});

leavesNoTensors(() => tf);

describe("every loss is that of evaluate", () => {
  it.each(lossesById())("%s", async (name, loss, inputs, shape) => {
    expectParity(await compute(tf, loss, inputs, shape), evaluate(loss, inputs, { shape }), name);
  });
});

behavesInTfjs(() => tf);
refusesInTfjs(() => tf);
trainsInTfjs(() => tf);

describe("Lai losses", () => trainsLaiInTfjs(() => tf, networkVectors));
