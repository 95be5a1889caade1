/** Ours: a plan, and the float64 reference. */
import { createPlan, evaluate, type Inputs, type Plan, type Tuning } from "../src/index.js";
import { bufferWith, readFloats } from "./buffers.js";
import { type GpuVariant, recordedVariant, type Variant } from "./harness.js";
import { checked, errorOf, type Task } from "./task.js";

export async function oursOf(
  device: GPUDevice,
  name: string,
  task: Task,
  { unscaled = false, features, tuning = {} }: { unscaled?: boolean; features?: number; tuning?: Partial<Tuning> } = {},
): Promise<GpuVariant & { readonly plan: Plan }> {
  const { loss, shape, inputs, expected } = task;
  const length = expected.gradient.length;
  const gradientName = unscaled ? "unscaledGradient" : "gradient";
  const plan = await createPlan(device, loss, {
    shape,
    outputs: [
      "loss",
      ...(unscaled ? (["unscaledGradient", "summary"] as const) : (["gradient"] as const)),
      ...(features ? (["slopeGradient"] as const) : []),
    ],
    ...(features && { slopes: features }),
    tuning,
  });
  const buffers: Record<string, GPUBuffer> = {
    ...Object.fromEntries(Object.entries(inputs).map(([key, data]) => [key, bufferWith(device, data)])),
    loss: bufferWith(device, 1),
    [gradientName]: bufferWith(device, length),
    ...(unscaled && { summary: bufferWith(device, 6) }),
    ...(features && { slopeGradient: bufferWith(device, length * features) }),
  };
  const record = (encoder: GPUCommandEncoder) => plan.encode(encoder, buffers);
  const check = async () => {
    await plan.check();
    const [value] = await readFloats(device, buffers.loss, 1);
    const gradient = await readFloats(device, buffers[gradientName], length);
    const scale = unscaled ? (await readFloats(device, buffers.summary, 6))[2] : 1;
    const { slopeGradient } = expected;
    const bySlopes = slopeGradient && (await readFloats(device, buffers.slopeGradient, slopeGradient.length));
    const scaled = gradient.map((g) => g * scale);
    const sloped = { ...task, expected: { ...expected, gradient: slopeGradient as Float64Array } };
    return checked(name, Math.max(errorOf(value, scaled, task), bySlopes ? errorOf(value, bySlopes, sloped) : 0));
  };
  return { ...recordedVariant(device, name, record, check, [plan, ...Object.values(buffers)]), plan };
}

/** Our float64 reference. */
export function evaluateOf({ loss, shape, inputs }: Task): Variant {
  return {
    name: "evaluate",
    async run(steps) {
      for (let i = 0; i < steps; i++) evaluate(loss, inputs as Inputs, { shape, outputs: ["loss", "gradient"] });
    },
    verify: async () => 0,
    dispose() {},
  };
}
