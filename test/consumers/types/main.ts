// What a typed project writes; where a line must be refused, the directive above it fails when it is not.
import {
  createPlan,
  crossEntropy,
  evaluate,
  LossError,
  type Plan,
  type Result,
  run,
  squaredError,
  symmetrized,
  thresholdSchedule,
  zMasked,
} from "webgpu-losses";

const predictions = Float32Array.of(1, 2, 3);
const targets = [1, 2, 4];
const loss = zMasked(squaredError(), { threshold: 2 });

const { gradient, mask }: Result<Float64Array> = evaluate(loss, { predictions, targets });
export const kept: number | undefined = mask?.[0];
export const first: number | undefined = gradient?.[0];

export async function compute(device: GPUDevice): Promise<Plan | undefined> {
  const result: Result<Float32Array> = await run(device, loss, { predictions, targets });
  if (!result.gradient) return undefined;
  try {
    const schedule = thresholdSchedule({ kind: "cosine", from: 3, to: 1.5, steps: 100 });
    const plan = await createPlan(device, loss, { shape: [256], outputs: ["loss", "gradient"] });
    plan.setLoss(zMasked(squaredError(), { threshold: schedule(1) }));
    return plan;
  } catch (error) {
    if (error instanceof LossError && error.code === "unsupported") return undefined;
    throw error;
  }
}

evaluate(symmetrized(crossEntropy()), { logits: [1, 2], labels: [0] });
// @ts-expect-error a class loss takes logits and labels
evaluate(symmetrized(crossEntropy()), { predictions, targets });
// @ts-expect-error a z-mask stands once
zMasked(loss);
// @ts-expect-error only class losses are symmetrized
symmetrized(squaredError());
