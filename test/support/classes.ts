// Class losses on the GPU, compared with float64 on the same float32 inputs.
import { type ClassLoss, evaluate, type Inputs, type Loss, type Options, type Tuning } from "../../src/index.js";
import { random } from "./data.js";
import { expectParity, maskOf } from "./parity.js";
import { runPlan } from "./plan.js";

/** Rows of probabilities: one-hot, smoothed, mixed. */
export function labelRows(rows: number, classes: number, seed = 2): Float32Array {
  const next = random(seed);
  const q = new Float32Array(rows * classes);
  for (let i = 0; i < rows; i++) {
    const a = Math.floor(classes * next());
    const b = Math.floor(classes * next());
    const share = i % 3 === 0 ? 1 : next();
    q[i * classes + a] += share;
    q[i * classes + b] += 1 - share;
  }
  return q;
}

/** How a plan of a class loss, with a z-mask or without, is compared with `evaluate` on a device: throws where they differ. */
export const classComparer =
  (device: GPUDevice) =>
  async (
    loss: Loss,
    inputs: Inputs<"class">,
    options: Options & { tuning?: Partial<Tuning>; inPlace?: boolean },
    what: string,
  ): Promise<void> => {
    const { tuning, inPlace, ...rest } = options;
    const expected = evaluate(loss as ClassLoss, inputs, rest);
    const got = await runPlan(device, loss, inputs, options);
    const threshold = maskOf(loss)?.threshold ?? 0;
    const scored = "base" in loss ? Math.max(...Array.from(expected.perSample!, Math.abs)) : 0;
    expectParity(got, expected, what, { rtol: 1e-4, threshold, scored });
  };
