/** One call on the GPU: typed arrays in, typed arrays out. Plans and buffers are kept per device for the next call. */

import { usage } from "./buffers.js";
import { LossError } from "./errors.js";
import { select } from "./evaluate.js";
import type { Family } from "./families.js";
import { refuseLost, watchDevice } from "./pipelines.js";
import { createPlan, type Plan, type PlanInput, type PlanOutput } from "./plan.js";
import {
  type CheckedInputs,
  checkInputs,
  emptyGroups,
  type Inputs,
  type Options,
  type Problem,
  type Result,
  resolveProblem,
  thresholdWarnings,
} from "./problem.js";
import type { GroupStatistics } from "./statistics.js";
import type { Loss } from "./zMasked.js";

/** A plan with its own buffers, used by one call at a time. */
interface Workspace {
  readonly plan: Plan;
  readonly inputs: Map<string, GPUBuffer>;
  readonly outputs: Map<PlanOutput, GPUBuffer>;
  readonly staging: GPUBuffer;
  /** Resolves when the last call that uses the buffers is over. */
  idle: Promise<unknown>;
}

/** Shapes and losses that a device keeps ready; the least recently used one goes first. */
const KEPT_WORKSPACES = 8;
const workspaces = new WeakMap<GPUDevice, Map<string, Promise<Workspace>>>();

const rounded = (bytes: number): number => Math.max(16, Math.ceil(bytes / 16) * 16);

/** Bytes of every output of a problem, in the order of the staging buffer. */
function outputSizes(
  { mask, reduction }: Problem,
  { geometry }: CheckedInputs,
  wanted: Options["outputs"],
): Map<PlanOutput, number> {
  const asked = (name: string) => !wanted || (wanted as readonly string[]).includes(name);
  const sizes = new Map<PlanOutput, number>([
    ["summary", 24],
    ["loss", reduction === "none" ? 4 * geometry.samples : 4],
  ]);
  if (asked("gradient")) sizes.set("gradient", 4 * geometry.elements);
  if (asked("perSample")) sizes.set("perSample", 4 * geometry.samples);
  // The warnings need the statistics, whoever asks for them.
  if (mask) sizes.set("statistics", 16 * geometry.groupColumns * geometry.classes);
  if (mask && asked("mask")) sizes.set("mask", 4 * geometry.samples);
  if (mask && asked("z")) sizes.set("z", 4 * geometry.samples);
  return sizes;
}

async function createWorkspace(
  device: GPUDevice,
  problem: Problem,
  data: CheckedInputs,
  options: Options,
  inputs: PlanInput[],
): Promise<Workspace> {
  const { geometry } = data;
  const sizes = outputSizes(problem, data, options.outputs);
  const bytes = [4 * geometry.elements, ...sizes.values()];
  const staged = [...sizes.values()].reduce((sum, size) => sum + rounded(size), 0);
  const most = device.limits.maxBufferSize;
  if (Math.max(...bytes, staged) > most) {
    throw new LossError(
      "unsupported",
      `${problem.subject}: inputs and outputs must fit into buffers of ${most} bytes, got ${Math.max(...bytes, staged)}. Ask for fewer outputs, split the batch, or request a higher maxBufferSize.`,
    );
  }
  const plan = await createPlan(device, problem.loss, {
    shape: options.shape ?? [data.first.length],
    outputs: [...sizes.keys()],
    inputs,
    reduction: problem.reduction,
    nonFinite: problem.nonFinite,
    ignoreIndex: problem.ignoreIndex,
  });
  const buffer = (label: string, size: number, bits: number) =>
    device.createBuffer({ label: `run ${label}`, size: rounded(size), usage: bits });
  const names = problem.base.definition.familyTraits.data;
  const inputSizes: [string, number][] = names.map((name) => [name, 4 * geometry.elements]);
  for (const name of inputs) {
    const size = { weights: 4 * geometry.samples, upstream: problem.reduction === "none" ? 4 * geometry.samples : 4 };
    inputSizes.push([name, name === "givenStatistics" ? 16 * geometry.groupColumns * geometry.classes : size[name]]);
  }
  return {
    plan,
    inputs: new Map(inputSizes.map(([name, size]) => [name, buffer(name, size, usage.STORAGE | usage.COPY_DST)])),
    outputs: new Map([...sizes].map(([name, size]) => [name, buffer(name, size, usage.STORAGE | usage.COPY_SRC)])),
    staging: device.createBuffer({ label: "run staging", size: staged, usage: usage.MAP_READ | usage.COPY_DST }),
    idle: Promise.resolve(),
  };
}

function workspaceFor(
  device: GPUDevice,
  problem: Problem,
  data: CheckedInputs,
  options: Options,
  inputs: PlanInput[],
): Promise<Workspace> {
  let kept = workspaces.get(device);
  if (!kept) {
    kept = new Map();
    workspaces.set(device, kept);
  }
  const { base, mask } = problem;
  const { statistic, per, granularity } = mask ?? {};
  const key = JSON.stringify([
    base.name,
    base.definition.wgsl,
    mask ? [statistic, per, granularity] : 0,
    options.shape ?? [data.first.length],
    [problem.reduction, problem.nonFinite, problem.ignoreIndex],
    [...outputSizes(problem, data, options.outputs).keys()],
    inputs,
  ]);
  let workspace = kept.get(key);
  kept.delete(key);
  if (!workspace) {
    workspace = createWorkspace(device, problem, data, options, inputs);
    workspace.catch(() => kept.delete(key));
    for (const [oldest, old] of kept) {
      if (kept.size < KEPT_WORKSPACES) break;
      kept.delete(oldest);
      void old.then(release, () => {});
    }
  }
  kept.set(key, workspace);
  return workspace;
}

/** Frees a workspace once nobody uses it. */
async function release({ plan, inputs, outputs, staging, ...workspace }: Workspace): Promise<void> {
  await workspace.idle.catch(() => {});
  plan.destroy();
  for (const buffer of [...inputs.values(), ...outputs.values(), staging]) buffer.destroy();
}

/** Statistics as the GPU reads them. */
function packStatistics(groups: readonly GroupStatistics[]): ArrayBuffer {
  const packed = new Float32Array(4 * groups.length);
  for (const [i, { mean, standardDeviation }] of groups.entries()) packed.set([mean, standardDeviation], 4 * i);
  return packed.buffer;
}

function float32(values: ArrayLike<number>): Float32Array<ArrayBuffer> {
  return values instanceof Float32Array && values.buffer instanceof ArrayBuffer
    ? (values as Float32Array<ArrayBuffer>)
    : new Float32Array(values);
}

async function execute(
  device: GPUDevice,
  workspace: Workspace,
  problem: Problem,
  data: CheckedInputs,
  options: Options,
): Promise<Result<Float32Array>> {
  const { plan, inputs, outputs, staging } = workspace;
  const { geometry } = data;
  plan.setLoss(problem.loss);
  const [first, second] = problem.base.definition.familyTraits.data;
  const write = (name: string, values: Float32Array<ArrayBuffer> | ArrayBuffer) => {
    // Deno aborts on an empty write.
    if (values.byteLength > 0) device.queue.writeBuffer(inputs.get(name)!, 0, values);
  };
  write(first, float32(data.first));
  write(second, float32(data.second));
  if (data.weights) write("weights", float32(data.weights));
  if (inputs.has("upstream")) {
    const { upstream } = data;
    const spread = problem.reduction === "none" && typeof upstream === "number";
    write(
      "upstream",
      spread
        ? new Float32Array(geometry.samples).fill(upstream)
        : float32(typeof upstream === "number" ? [upstream] : upstream),
    );
  }
  if (data.given) write("givenStatistics", packStatistics(data.given));

  const encoder = device.createCommandEncoder({ label: "run" });
  plan.encode(encoder, Object.fromEntries([...inputs, ...outputs]));
  const places = new Map<PlanOutput, number>();
  let offset = 0;
  for (const [name, buffer] of outputs) {
    encoder.copyBufferToBuffer(buffer, 0, staging, offset, buffer.size);
    places.set(name, offset);
    offset += buffer.size;
  }
  device.queue.submit([encoder.finish()]);
  try {
    await staging.mapAsync(usage.MAP_READ);
  } catch (cause) {
    await plan.check();
    refuseLost(device, problem.subject);
    throw new LossError(
      "device",
      `${problem.subject}: results must be readable, got: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
  const bytes = staging.getMappedRange().slice(0);
  staging.unmap();
  const floats = (name: PlanOutput, length: number) => new Float32Array(bytes, places.get(name)!, length);
  const words = (name: PlanOutput, length: number) => new Uint32Array(bytes, places.get(name)!, length);

  const [loss, weightSum] = floats("summary", 6);
  const count = words("summary", 6)[3];
  const has = (name: PlanOutput) => places.has(name);
  const { samples, elements } = geometry;
  const statistics: GroupStatistics[] = !problem.mask
    ? []
    : emptyGroups(geometry).map((group, g) => {
        const [mean, standardDeviation] = floats("statistics", 4 * (g + 1)).subarray(4 * g);
        const [, , n, inliers] = words("statistics", 4 * (g + 1)).subarray(4 * g);
        return { ...group, mean, standardDeviation, n, inliers };
      });
  const result: Result<Float32Array> = {
    loss: problem.reduction === "none" ? floats("loss", samples) : loss,
    count,
    weightSum,
    ...(has("perSample") && { perSample: floats("perSample", samples) }),
    ...(has("gradient") && { gradient: floats("gradient", elements) }),
    ...(has("mask") && { mask: Uint8Array.from(words("mask", samples)) }),
    ...(has("z") && { z: floats("z", samples) }),
    ...(problem.mask && { statistics }),
    warnings: thresholdWarnings(problem, statistics, data.given !== undefined),
  };
  return select(result, options.outputs);
}

/**
 * Computes a loss, its gradient and its diagnostics on the GPU.
 *
 * The first call for a loss and a shape compiles; later ones reuse plan and buffers. For a training loop that keeps its data on
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
  const problem = resolveProblem(loss as Loss, options);
  watchDevice(device, problem.subject);
  const data = checkInputs(problem, inputs as Inputs, options);
  const used: PlanInput[] = [];
  if (data.weights) used.push("weights");
  if (data.upstream !== 1) used.push("upstream");
  if (data.given) used.push("givenStatistics");
  const workspace = await workspaceFor(device, problem, data, options, used);
  refuseLost(device, problem.subject);
  // Calls that share a workspace take turns.
  const turn = workspace.idle.then(() => execute(device, workspace, problem, data, options));
  workspace.idle = turn.catch(() => {});
  return turn;
}
