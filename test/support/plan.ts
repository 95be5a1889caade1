// Runs a plan with every output it can have, with tuning of the test's choice, in the form of `run`'s results.
import {
  createPlan,
  type Inputs,
  type Loss,
  type Options,
  type PlanInput,
  type PlanOutput,
  type Result,
  type Tuning,
} from "../../src/index.js";
import { emptyGroups, resolveGeometry, resolveProblem } from "../../src/problem.js";

export interface PlanRun extends Result<Float32Array> {
  summary: {
    loss: number;
    weightSum: number;
    gradientScale: number;
    count: number;
    invalidLabels: number;
    nonFinite: number;
  };
  unscaledGradient?: Float32Array;
}

export function storageBuffer(device: GPUDevice, data: ArrayLike<number> | number, usage = 0): GPUBuffer {
  const words = data instanceof Int32Array ? data : undefined;
  const values = typeof data === "number" ? undefined : (words ?? Float32Array.from(data as ArrayLike<number>));
  const size = Math.max(4, values ? values.byteLength : (data as number));
  const buffer = device.createBuffer({
    size,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST | usage,
  });
  if (values?.byteLength) device.queue.writeBuffer(buffer, 0, values);
  return buffer;
}

/** The first `size` bytes of buffers, in one read-back: some browsers take 100 ms for each. */
export async function readBuffers(
  device: GPUDevice,
  sources: readonly { readonly buffer: GPUBuffer; readonly size: number }[],
): Promise<ArrayBuffer[]> {
  const total = sources.reduce((sum, { size }) => sum + size, 0);
  const staging = device.createBuffer({ size: total, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  const encoder = device.createCommandEncoder();
  let end = 0;
  const starts = sources.map(({ buffer, size }) => {
    encoder.copyBufferToBuffer(buffer, 0, staging, end, size);
    end += size;
    return end - size;
  });
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const bytes = staging.getMappedRange();
  const data = sources.map(({ size }, i) => bytes.slice(starts[i], starts[i] + size));
  staging.destroy();
  return data;
}

export async function readBuffer(device: GPUDevice, buffer: GPUBuffer, size = buffer.size): Promise<ArrayBuffer> {
  return (await readBuffers(device, [{ buffer, size }]))[0];
}

const dataLength = (inputs: Inputs): number => ("predictions" in inputs ? inputs.predictions : inputs.logits).length;

/** `run`, but through `createPlan` with tuning, outputs and a number of rows below the capacity. */
export async function runPlan(
  device: GPUDevice,
  loss: Loss,
  inputs: Inputs,
  options: Options & {
    tuning?: Partial<Tuning>;
    capacity?: number;
    planOutputs?: PlanOutput[];
    inPlace?: boolean;
  } = {},
): Promise<PlanRun> {
  const {
    tuning,
    capacity,
    planOutputs,
    inPlace,
    shape: own,
    outputs: extra,
    reduction,
    ignoreIndex,
    nonFinite,
  } = options;
  const shape = own ?? (loss.family === "class" ? undefined : ([dataLength(inputs)] as const));
  const { labels: given } = inputs as { labels?: ArrayLike<number> };
  const labels = loss.family === "class" ? (given!.length === shape?.[0] ? "ids" : "rows") : undefined;
  const problem = resolveProblem(loss, { reduction, ignoreIndex, nonFinite, ...(labels && { labels }) }, true);
  const [first, second] = "predictions" in inputs ? ["predictions", "targets"] : ["logits", "labels"];
  const data = inputs as unknown as Record<string, ArrayLike<number>>;
  if (!shape) throw new Error("class losses need a shape here");
  const geometry = resolveGeometry(problem, shape);
  const outputs: PlanOutput[] = planOutputs ?? [
    "loss",
    "gradient",
    "perSample",
    "summary",
    ...(problem.mask ? (["mask", "z", "statistics"] as const) : []),
    ...(["logSumExp", "predictedClass", "correct"] as const).filter((name) => extra?.includes(name)),
  ];
  const optional = (["weights", "classWeights", "upstream", "givenStatistics"] as const).filter(
    (name) => inputs[name] !== undefined,
  );
  const plan = await createPlan(device, loss, {
    shape: shape.length === 1 ? [capacity ?? shape[0]] : [capacity ?? shape[0], shape[1]],
    outputs,
    inputs: optional as PlanInput[],
    reduction: problem.reduction,
    nonFinite: problem.nonFinite,
    ignoreIndex: problem.ignoreIndex,
    ...(labels && { labels }),
    ...(tuning && { tuning }),
    ...(inPlace && { inPlace }),
  });
  const sizes: Record<PlanOutput, number> = {
    loss: problem.reduction === "none" ? geometry.samples : 1,
    gradient: geometry.elements,
    unscaledGradient: geometry.elements,
    slopeGradient: 0,
    perSample: geometry.samples,
    mask: geometry.samples,
    z: geometry.samples,
    statistics: 4 * geometry.groupColumns * geometry.classes,
    summary: 6,
    logSumExp: geometry.samples,
    predictedClass: geometry.samples,
    correct: 1,
  };
  // Guards behind every output show writes beyond its end.
  const guard = 4;
  const poison = new Float32Array(guard).fill(12345);
  const written = new Map(
    outputs.map((name) => {
      const buffer = storageBuffer(device, 4 * (sizes[name] + guard));
      device.queue.writeBuffer(buffer, 4 * sizes[name], poison);
      return [name, buffer] as const;
    }),
  );
  const shared = inPlace && written.get("gradient");
  if (shared) device.queue.writeBuffer(shared, 0, Float32Array.from(data[first]));
  const read = new Map<string, GPUBuffer>([
    [first, shared || storageBuffer(device, data[first])],
    [second, storageBuffer(device, labels === "ids" ? Int32Array.from(data[second]) : data[second])],
  ]);
  for (const name of optional) {
    const value = inputs[name];
    if (name === "givenStatistics") {
      const groups = emptyGroups(geometry).flatMap((group) => {
        const found = inputs.givenStatistics!.find((g) => g.column === group.column && g.class === group.class);
        return [found?.mean ?? 0, found?.standardDeviation ?? 0, 0, 0];
      });
      read.set(name, storageBuffer(device, groups));
    } else read.set(name, storageBuffer(device, typeof value === "number" ? [value] : (value as ArrayLike<number>)));
  }
  const encoder = device.createCommandEncoder();
  plan.encode(encoder, Object.fromEntries([...read, ...written]), { rows: shape[0] });
  device.queue.submit([encoder.finish()]);
  const checked = plan.check();
  const results = new Map<PlanOutput, ArrayBuffer>();
  const contents = await readBuffers(
    device,
    Array.from(written.values(), (buffer) => ({ buffer, size: buffer.size })),
  );
  for (const [i, name] of [...written.keys()].entries()) {
    const bytes = contents[i];
    const tail = new Float32Array(bytes, 4 * sizes[name]);
    if (tail.some((x) => x !== 12345)) throw new Error(`${name}: written beyond its end: ${tail}`);
    results.set(name, bytes);
  }
  const floats = (name: PlanOutput) => results.has(name) && new Float32Array(results.get(name)!, 0, sizes[name]);
  const words = (name: PlanOutput) => results.has(name) && new Uint32Array(results.get(name)!, 0, sizes[name]);
  await checked;
  for (const buffer of [...read.values(), ...written.values()]) buffer.destroy();
  plan.destroy();

  const figures = floats("summary") || new Float32Array(6);
  const counts = words("summary") || new Uint32Array(6);
  const statistics = floats("statistics");
  const statisticCounts = words("statistics");
  const mask = words("mask");
  const lossData = floats("loss") || new Float32Array(1);
  return {
    loss: problem.reduction === "none" ? lossData : lossData[0],
    count: counts[3],
    weightSum: figures[1],
    summary: {
      loss: figures[0],
      weightSum: figures[1],
      gradientScale: figures[2],
      count: counts[3],
      invalidLabels: counts[4],
      nonFinite: counts[5],
    },
    ...(floats("gradient") && { gradient: floats("gradient") as Float32Array }),
    ...(floats("unscaledGradient") && { unscaledGradient: floats("unscaledGradient") as Float32Array }),
    ...(floats("logSumExp") && { logSumExp: floats("logSumExp") as Float32Array }),
    ...(words("correct") && { correct: (words("correct") as Uint32Array)[0] }),
    ...(words("predictedClass") && { predictedClass: Int32Array.from(words("predictedClass") as Uint32Array) }),
    ...(floats("perSample") && { perSample: floats("perSample") as Float32Array }),
    ...(floats("z") && { z: floats("z") as Float32Array }),
    ...(mask && { mask: Uint8Array.from(mask) }),
    ...(statistics &&
      statisticCounts && {
        statistics: emptyGroups(geometry).map((group, g) => ({
          ...group,
          mean: statistics[4 * g],
          standardDeviation: statistics[4 * g + 1],
          n: statisticCounts[4 * g + 2],
          inliers: statisticCounts[4 * g + 3],
        })),
      }),
    warnings: [],
  };
}
