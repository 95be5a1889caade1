// Exponents that have kernels of their own: setLoss leads from one to another within a plan, and nothing is compiled for it.
import { describe, expect, it, vi } from "vitest";
import { waysOf } from "../src/classes/wgsl.js";
import {
  type ClassLoss,
  createPlan,
  crossEntropy,
  evaluate,
  generalizedCrossEntropy,
  type Loss,
  normalized,
  run,
  sgce,
  type Tuning,
  tempered,
  unhinged,
  weightedSum,
  zMasked,
} from "../src/index.js";
import { classComparer } from "./support/classes.js";
import { expectClose, expectEqual } from "./support/compare.js";
import { classData } from "./support/data.js";
import { requestTestDevice, runtime } from "./support/device.js";
import { readBuffers, storageBuffer } from "./support/plan.js";

const { device } = await requestTestDevice();
const compare = classComparer(device);

describe("the ways of exponents", () => {
  const one = (q: number) => normalized(generalizedCrossEntropy({ q }));
  it.each<readonly [string, ClassLoss, readonly string[]]>([
    ["none", crossEntropy(), ["ANY"]],
    ["a logarithm", unhinged(), ["ANY"]],
    ["1/2", sgce({ q: 0.5 }), ["HALF", "ANY"]],
    ["1", sgce({ q: 1 }), ["WHOLE", "ANY"]],
    ["others", sgce({ q: 0.7 }), ["ANY"]],
    ["a small one", sgce({ q: 1e-3 }), ["ANY"]],
    ["1/2 of logits that hardly differ", tempered(sgce({ q: 0.5 }), { alpha: 0.01 }), ["ANY"]],
    [
      "1/2 twice",
      weightedSum([
        [1, sgce({ q: 0.5 })],
        [2, one(0.5)],
      ]),
      ["HALF", "ANY"],
    ],
    [
      "1/2 and 1",
      weightedSum([
        [1, sgce({ q: 0.5 })],
        [2, one(1)],
      ]),
      ["ANY"],
    ],
    [
      "1/2 and a logarithm",
      weightedSum([
        [1, sgce({ q: 0.5 })],
        [2, unhinged()],
      ]),
      ["HALF", "ANY"],
    ],
  ])("%s", (_, loss, ways) => {
    expect(waysOf(loss.terms(2))).toEqual(ways);
  });
});

/** A plan whose calls answer loss and gradient. */
async function planOf(loss: Loss, rows: number, classes: number, tuning: Partial<Tuning>) {
  const plan = await createPlan(device, loss, { shape: [rows, classes], tuning });
  const { logits, labels } = classData(rows, classes, classes, 0);
  const inputs = { logits: storageBuffer(device, logits), labels: storageBuffer(device, labels) };
  const outputs = [4, 4 * rows * classes].map((size) => ({ buffer: storageBuffer(device, size), size }));
  return {
    plan,
    async call(of: number) {
      const encoder = device.createCommandEncoder();
      plan.encode(encoder, { ...inputs, loss: outputs[0].buffer, gradient: outputs[1].buffer }, { rows: of });
      device.queue.submit([encoder.finish()]);
      const [[value], gradient] = (await readBuffers(device, outputs)).map((bytes) => new Float32Array(bytes));
      return { loss: value, gradient: gradient.subarray(0, of * classes) };
    },
    expected: (of: Loss, own: number) =>
      evaluate(
        of as ClassLoss,
        { logits: logits.subarray(0, own * classes), labels: labels.subarray(0, own) },
        {
          shape: [own, classes],
          outputs: ["loss", "gradient"],
        },
      ),
  };
}

// Rows on chip, short and for several lanes; swept online; few long ones in segments; under a mask.
const regimes: readonly (readonly [string, number, number, Partial<Tuning>, (loss: ClassLoss) => Loss])[] = [
  ["one workgroup", 30, 10, {}, (loss) => loss],
  ["many and few rows", 30, 10, { smallBatch: 40 }, (loss) => loss],
  ["lanes that share rows", 9, 150, { workgroupSize: 32, smallBatch: 0 }, (loss) => loss],
  ["long rows", 5, 1001, { smallBatch: 0 }, (loss) => loss],
  ["segments", 1, 20000, { maxWorkgroups: 2 }, (loss) => loss],
  ["a mask", 60, 6, { smallBatch: 0 }, (loss) => zMasked(loss, { threshold: 1.5 })],
];

describe("setLoss from way to way", () => {
  it.each(runtime === "dawn" ? regimes : regimes.slice(0, 2))("%s", async (what, rows, classes, tuning, wrapped) => {
    const { plan, call, expected } = await planOf(wrapped(sgce({ q: 0.5 })), rows, classes, tuning);
    const first = await call(rows);
    const compilers = (["createShaderModule", "createComputePipeline", "createComputePipelineAsync"] as const).map(
      (name) => vi.spyOn(device, name),
    );
    for (const q of [0.7, 0.5, 1, 1e-3, 0.03, 0.5]) {
      const loss = wrapped(sgce({ q }));
      plan.setLoss(loss);
      for (const own of new Set([rows, Math.min(rows, 4)])) {
        const got = await call(own);
        const right = expected(loss, own);
        expectClose([got.loss], [right.loss as number], { rtol: 2e-5, atol: 2e-6 }, `${what}, q = ${q}: loss`);
        const largest = Math.max(...Array.from(right.gradient as Float64Array, Math.abs));
        expectClose(
          got.gradient,
          right.gradient as Float64Array,
          { rtol: 1e-4, atol: 2e-6 * largest },
          `${what}, ${q}`,
        );
        if (q === 0.5 && own === rows) expectEqual(got.gradient, first.gradient, "the bits of before");
      }
    }
    for (const compiler of compilers) {
      expect(compiler).not.toHaveBeenCalled();
      compiler.mockRestore();
    }
    await plan.check();
    plan.destroy();
  });

  it("run: the same bits whatever came before", async () => {
    const data = classData(20, 10, 8);
    const { device: fresh } = await requestTestDevice();
    const outputs = ["loss", "gradient"] as const;
    const alone = await run(fresh, sgce({ q: 0.5 }), data, { outputs });
    await run(device, sgce({ q: 0.7 }), data, { outputs });
    const after = await run(device, sgce({ q: 0.5 }), data, { outputs });
    expectEqual(after.gradient as Float32Array, alone.gradient as Float32Array, "q = 0.5 after 0.7");
  });
});

describe("exponents", () => {
  const exponents = [1e-6, 0.004, 0.02, 0.1, 0.3, 0.4999, 0.5, 0.9, 1];
  it.each(runtime === "dawn" ? [10, 300, 1100] : [10])(
    "of %i classes, of logits that hardly differ, too",
    async (classes) => {
      const data = classData(12, classes, 3, 0);
      const flat = { ...data, logits: data.logits.map((z) => 0.01 * z) };
      for (const q of exponents) {
        for (const [what, inputs] of Object.entries({ usual: data, flat })) {
          await compare(sgce({ q }), inputs, { shape: [12, classes] }, `q = ${q}, ${what}`);
        }
      }
    },
  );
});
