/** One call on the GPU: typed arrays in, typed arrays out. Plans are kept per device for the next call. */

import { usage } from "./buffers.js";
import { LossError, refuse } from "./errors.js";
import type { Family } from "./families.js";
import { refuseLost } from "./pipelines.js";
import { createPlan, type Plan, type PlanInput, type PlanOutput } from "./plan.js";
import {
  checkInputs,
  emptyGroups,
  type Inputs,
  type Options,
  optionalInputNames,
  type Problem,
  type Result,
  resolveProblem,
  type Shape,
  thresholdWarnings,
} from "./problem.js";
import type { Loss } from "./zMasked.js";

/** Plans that a device keeps ready; the least recently used one goes first. */
const KEPT_PLANS = 8;
const plans = new WeakMap<GPUDevice, Map<string, Promise<Plan>>>();

function planFor(
  device: GPUDevice,
  { loss, base, mask, reduction, nonFinite, ignoreIndex }: Problem,
  shape: Shape,
  outputs: PlanOutput[],
  inputs: PlanInput[],
): Promise<Plan> {
  const kept = plans.get(device) ?? new Map<string, Promise<Plan>>();
  plans.set(device, kept);
  const options = { shape, outputs, inputs, reduction, nonFinite, ignoreIndex };
  const { statistic, per, granularity } = mask ?? {};
  const key = JSON.stringify([base.name, base.definition.wgsl, statistic, per, granularity, options]);
  let plan = kept.get(key);
  kept.delete(key);
  if (!plan) {
    plan = createPlan(device, loss, options);
    plan.catch(() => kept.delete(key));
    if (kept.size === KEPT_PLANS) {
      const [[oldest, old]] = kept;
      kept.delete(oldest);
      // Whoever awaits it now goes first, and encodes and submits at once.
      old.then(
        (plan) => plan.destroy(),
        () => {},
      );
    }
  }
  kept.set(key, plan);
  return plan;
}

/**
 * Computes a loss, its gradient and its diagnostics on the GPU.
 *
 * The first call for a loss and a shape compiles; later ones reuse the plan. For a training loop that keeps its data on
 * the GPU use `createPlan`, which copies nothing.
 *
 * @param device a GPUDevice; there is no silent fallback to the CPU: `device ? run(...) : evaluate(...)`.
 * @param inputs as for `evaluate`; numbers are rounded to float32.
 * @returns the same object as `evaluate`, with Float32Array for Float64Array.
 * @throws (rejects) LossError `shape` and `parameter` as `evaluate`, `unsupported` for data beyond the device's buffers, `device` when
 *   a kernel does not compile or the device is lost.
 */
export async function run<F extends Family>(
  device: GPUDevice,
  loss: Loss<F>,
  inputs: Inputs<F>,
  options: Options = {},
): Promise<Result<Float32Array>> {
  const problem = resolveProblem(loss as Loss, options, optionalInputNames);
  const { subject, mask, reduction, base } = problem;
  refuseLost(device, subject);
  const { first, second, weights, upstream, given, geometry } = checkInputs(problem, inputs as Inputs, options);
  const { samples, elements } = geometry;
  const [firstName, secondName] = base.definition.familyTraits.data;
  const scalar = (value: number) => new Float32Array(reduction === "none" ? samples : 1).fill(value);
  const sources: Record<string, ArrayLike<number>> = {
    [firstName]: first,
    [secondName]: second,
    ...(weights && { weights }),
    ...(upstream !== 1 && { upstream: typeof upstream === "number" ? scalar(upstream) : upstream }),
    ...(given && { givenStatistics: given.flatMap((group) => [group.mean, group.standardDeviation, 0, 0]) }),
  };
  const wanted = options.outputs as readonly string[] | undefined;
  const asked = (name: string) => !wanted || wanted.includes(name);
  // The warnings need the statistics, whoever asks for them.
  const outputs: PlanOutput[] = ["summary", "loss", ...(mask ? (["statistics"] as const) : [])];
  outputs.push(...(["gradient", "perSample"] as const).filter(asked));
  if (mask) outputs.push(...(["mask", "z"] as const).filter(asked));

  const plan = await planFor(
    device,
    problem,
    options.shape ?? [first.length],
    outputs,
    Object.keys(sources).slice(2) as PlanInput[],
  );
  refuseLost(device, subject);
  const places = new Map<string, number>();
  let staged = 0;
  for (const name of outputs) {
    places.set(name, staged);
    staged += plan.sizes[name];
  }
  const largest = Math.max(staged, ...Object.values(plan.sizes));
  const most = device.limits.maxBufferSize;
  if (largest > most) {
    const rule = `inputs and outputs must fit into buffers of ${most} bytes`;
    refuse(
      "unsupported",
      subject,
      rule,
      largest,
      "Ask for fewer outputs, split the batch, or request a higher maxBufferSize.",
    );
  }

  const created: GPUBuffer[] = [];
  const buffer = (size: number, bits: number): GPUBuffer => {
    const one = device.createBuffer({ label: `run ${subject}`, size: Math.max(4, size), usage: bits });
    created.push(one);
    return one;
  };
  try {
    const buffers: Record<string, GPUBuffer> = {};
    for (const [name, values] of Object.entries(sources)) {
      buffers[name] = buffer(plan.sizes[name], usage.STORAGE | usage.COPY_DST);
      // Deno aborts on an empty write.
      if (values.length > 0) device.queue.writeBuffer(buffers[name], 0, Float32Array.from(values));
    }
    for (const name of outputs) buffers[name] = buffer(plan.sizes[name], usage.STORAGE | usage.COPY_SRC);
    const staging = buffer(staged, usage.MAP_READ | usage.COPY_DST);
    const encoder = device.createCommandEncoder({ label: "run" });
    plan.setLoss(problem.loss);
    plan.encode(encoder, buffers);
    for (const [name, place] of places) encoder.copyBufferToBuffer(buffers[name], 0, staging, place, plan.sizes[name]);
    device.queue.submit([encoder.finish()]);
    try {
      await staging.mapAsync(usage.MAP_READ);
    } catch (cause) {
      await plan.check();
      refuseLost(device, subject);
      throw new LossError("device", `${subject}: results must be readable, got: ${cause}`, { cause });
    }
    const bytes = staging.getMappedRange().slice(0);
    const floats = (name: PlanOutput, length: number) => new Float32Array(bytes, places.get(name), length);
    const words = (name: PlanOutput, length: number) => new Uint32Array(bytes, places.get(name), length);
    const [loss, weightSum] = floats("summary", 6);
    const statistics = emptyGroups(geometry).map((group, g) => {
      if (!mask) return group;
      const [mean, standardDeviation] = floats("statistics", 4 * g + 2).subarray(4 * g);
      const [n, inliers] = words("statistics", 4 * g + 4).subarray(4 * g + 2);
      return { ...group, mean, standardDeviation, n, inliers };
    });
    const has = (name: PlanOutput) => places.has(name);
    return {
      loss: reduction === "none" ? floats("loss", samples) : loss,
      count: words("summary", 6)[3],
      weightSum,
      ...(has("perSample") && { perSample: floats("perSample", samples) }),
      ...(has("gradient") && { gradient: floats("gradient", elements) }),
      ...(has("mask") && { mask: Uint8Array.from(words("mask", samples)) }),
      ...(has("z") && { z: floats("z", samples) }),
      ...(mask && asked("statistics") && { statistics }),
      warnings: mask && !given ? thresholdWarnings(problem, statistics) : [],
    };
  } finally {
    for (const one of created) one.destroy();
  }
}
