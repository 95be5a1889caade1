/** One call on the GPU: typed arrays in, typed arrays out. Plans are kept per device for the next call. */

import { usage } from "./buffers.js";
import { LossError, refuse } from "./errors.js";
import type { Family } from "./families.js";
import { refuseLost } from "./pipelines.js";
import {
  createPlan,
  type Plan,
  type PlanBuffers,
  type PlanInput,
  type PlanOptions,
  type PlanOutput,
  structureOf,
} from "./plan.js";
import {
  checkInputs,
  emptyGroups,
  type Inputs,
  type Options,
  type Problem,
  type Result,
  type ResultName,
  resolveProblem,
  thresholdWarnings,
} from "./problem.js";
import { recall } from "./recall.js";
import type { Loss } from "./zMasked.js";

/** Outputs that are results, where they are asked for. */
type Asked = PlanOutput & ResultName;

/** Plans that a device keeps ready; the least recently used one goes first. */
const KEPT_PLANS = 8;
const plans = new WeakMap<GPUDevice, Map<string, Promise<Plan>>>();

function planFor(device: GPUDevice, problem: Problem, options: PlanOptions): Promise<Plan> {
  const kept = recall(plans, device, () => new Map());
  const key = JSON.stringify([structureOf(problem), problem.base.definition.wgsl, options]);
  const make = (old?: Promise<Plan>) => {
    // Whoever awaits it now goes first, and encodes and submits at once.
    old?.then((plan) => plan.destroy()).catch(() => {});
    return createPlan(device, problem.loss, options);
  };
  const plan = recall(kept, key, make, KEPT_PLANS);
  plan.catch(() => kept.delete(key));
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
  const problem = resolveProblem(loss as Loss, options, false);
  const { subject, mask, reduction, nonFinite, ignoreIndex, familyTraits } = problem;
  refuseLost(device, subject);
  const checked = checkInputs(problem, inputs as Inputs, options);
  const { second, weights, upstream, given, geometry } = checked;
  const [firstName, secondName] = familyTraits.data;
  const spread = (value: number) => new Float32Array(reduction === "none" ? geometry.samples : 1).fill(value);
  const sources: Record<string, ArrayLike<number>> = {
    [firstName]: checked.first,
    [secondName]: second,
    ...checked.more,
    ...(weights && { weights }),
    ...(upstream !== 1 && { upstream: typeof upstream === "number" ? spread(upstream) : upstream }),
    ...(given && { givenStatistics: given.flatMap((group) => [group.mean, group.standardDeviation, 0, 0]) }),
  };
  const asked = (name: ResultName): boolean => checked.outputs.includes(name);
  // The warnings need the statistics, whoever asks for them.
  const always: PlanOutput[] = mask ? ["summary", "loss", "statistics"] : ["summary", "loss"];
  const onRequest = (
    ["gradient", "perSample", ...familyTraits.extras, ...(mask ? ["mask", "z"] : [])] as Asked[]
  ).filter(asked);
  const outputs = [...always, ...onRequest];
  const call = familyTraits.callOf?.(second, geometry, asked);
  const inputNames = Object.keys(sources).slice(familyTraits.data.length) as PlanInput[];
  const shape = [geometry.rows, geometry.columns] as const;
  const planOptions = { shape, outputs, inputs: inputNames, reduction, nonFinite, ignoreIndex, ...call?.options };
  const plan = await planFor(device, problem, planOptions);
  refuseLost(device, subject);

  // Outputs lie side by side in one buffer, so that one copy and one read-back get them all.
  let size = 0;
  const offsets = Object.fromEntries(
    outputs.map((name) => {
      const offset = size;
      size += 256 * Math.ceil(plan.sizes[name] / 256);
      return [name, offset];
    }),
  );
  if (size > device.limits.maxBufferSize) {
    refuse("unsupported", subject, "outputs must fit into maxBufferSize", size, "Split the batch.");
  }
  const created: GPUBuffer[] = [];
  const createBuffer = (size: number, bits: number): GPUBuffer => {
    const buffer = device.createBuffer({ size: Math.max(4, size), usage: bits });
    created.push(buffer);
    return buffer;
  };
  device.pushErrorScope("validation");
  let scope: Promise<GPUError | null> | undefined;
  try {
    const written = createBuffer(size, usage.STORAGE | usage.COPY_SRC);
    const staging = createBuffer(size, usage.MAP_READ | usage.COPY_DST);
    const buffers: PlanBuffers = {};
    for (const name of outputs) buffers[name] = { buffer: written, offset: offsets[name], size: plan.sizes[name] };
    for (const [name, values] of Object.entries(sources)) {
      const buffer = createBuffer(plan.sizes[name], usage.STORAGE | usage.COPY_DST);
      buffers[name as PlanInput] = buffer;
      // Deno aborts on an empty write.
      const words = name === secondName && call?.options.labels === "ids" ? Int32Array : Float32Array;
      if (values.length > 0) device.queue.writeBuffer(buffer, 0, words.from(values));
    }
    const encoder = device.createCommandEncoder();
    plan.setLoss(loss as Loss);
    plan.encode(encoder, buffers);
    encoder.copyBufferToBuffer(written, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    const mapped = staging.mapAsync(usage.MAP_READ);
    scope = device.popErrorScope();
    const [error] = await Promise.all([scope, mapped]).catch((cause) => [cause]);
    refuseLost(device, subject);
    if (error) {
      await plan.check().catch(() => {});
      throw new LossError("device", `${subject}: results must be readable, got: ${error.message}`);
    }
    const bytes = staging.getMappedRange().slice(0);
    const floats = (name: PlanOutput) => new Float32Array(bytes, offsets[name], plan.sizes[name] / 4);
    const words = (name: PlanOutput) => new Uint32Array(bytes, offsets[name], plan.sizes[name] / 4);
    const statistics =
      mask &&
      emptyGroups(geometry).map((group, g) => {
        const [mean, standardDeviation] = floats("statistics").subarray(4 * g);
        const [n, inliers] = words("statistics").subarray(4 * g + 2);
        return { ...group, mean, standardDeviation, n, inliers };
      });
    return {
      loss: reduction === "none" ? floats("loss") : floats("loss")[0],
      count: words("summary")[3],
      weightSum: floats("summary")[1],
      ...Object.fromEntries(
        onRequest.map((name) => [name, name === "mask" ? Uint8Array.from(words(name)) : floats(name)]),
      ),
      ...call?.read(floats, words),
      ...(statistics && asked("statistics") && { statistics }),
      warnings: statistics && !given ? thresholdWarnings(problem, statistics) : [],
    };
  } finally {
    scope ??= device.popErrorScope();
    for (const buffer of created) buffer.destroy();
  }
}
