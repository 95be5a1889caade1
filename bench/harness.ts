/**
 * Times variants of the same work against each other. Timings of a shared machine drift, so only ratios within one run mean
 * something: variants take turns, in an order that rotates, and a batch of steps is long enough to drown the synchronisation
 * (WebGPU implementations poll for finished work every few milliseconds).
 */
import { gpuClockOf } from "./gpuClock.js";

export interface Variant {
  readonly name: string;
  /** Where it runs, if that is a GPU. */
  readonly device?: GPUDevice;
  /** Does so many steps, and resolves when the last one is finished; calls `onSubmitted` when the last one is under way. */
  readonly run: (steps: number, onSubmitted?: () => void) => Promise<void>;
  /** Milliseconds of the last run by a clock of its own, on a GPU that WebGPU does not see. */
  readonly gpuTime?: () => number | undefined;
  /** Checks the results of a step against float64: returns the largest error, throws when it is too large. */
  readonly verify: () => Promise<number>;
  readonly dispose: () => void;
}

/** One whose steps are recorded, on a device. */
export interface GpuVariant extends Variant {
  readonly device: GPUDevice;
  /** Records one step. */
  readonly record: (encoder: GPUCommandEncoder) => void;
}

/** Milliseconds per step. */
export interface Timing {
  readonly p20: number;
  readonly p50: number;
  readonly p80: number;
  /** Median of what the GPU's clock says, where there is one: without the host's last wait, with its gaps between submissions. */
  readonly gpu?: number;
}

export interface Pace {
  readonly batchMs: number;
  readonly rounds: number;
}

/** What a person or a page may stop. */
export interface Stoppable {
  readonly signal?: AbortSignal;
}

async function milliseconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** More steps than this in a batch are short ones. */
const MANY_STEPS = 100;
/** A batch that takes longer than this, in milliseconds, is timed in fewer rounds: peers need seconds for some cases. */
const LONG_BATCH = 400;

/** Warms up, and finds the number of steps that fill a batch, and how long one takes. */
async function batchOf({ run }: Variant, batchMs: number): Promise<{ steps: number; took: number }> {
  await run(1);
  for (let steps = 1; ; ) {
    const batch = () => milliseconds(() => run(steps));
    const once = await batch();
    // One that was disturbed looks long enough; those that are long for certain need no second look.
    const took = once >= batchMs && once < LONG_BATCH ? Math.min(once, await batch()) : once;
    if (took >= batchMs) return { steps, took };
    steps = Math.ceil(steps * Math.min(16, Math.max(1.5, (1.2 * batchMs) / took)));
  }
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}

export const quantiles = (values: readonly number[]) => ({
  p20: quantile(values, 0.2),
  p50: quantile(values, 0.5),
  p80: quantile(values, 0.8),
});

/** In how many rounds a variant takes part. Of short steps it is launches that are timed, and their times scatter most. */
export function samplesOf({ steps, took }: { steps: number; took: number }, rounds: number): number {
  if (steps > MANY_STEPS) return 3 * rounds;
  return Math.max(2, Math.round(rounds / Math.ceil(took / LONG_BATCH)));
}

/** Milliseconds of a batch, by the wall and by the GPU's clock. */
async function timed({ run, device, gpuTime }: Variant, steps: number): Promise<{ wall: number; gpu?: number }> {
  const clock = device && gpuClockOf(device);
  if (!clock) return { wall: await milliseconds(() => run(steps)), gpu: gpuTime?.() };
  clock.begin();
  const wall = await milliseconds(() => run(steps, () => clock.end()));
  return { wall, gpu: await clock.read() };
}

/** One timing per variant. */
export async function timeInterleaved(
  variants: readonly Variant[],
  { batchMs, rounds }: Pace,
  { signal }: Stoppable = {},
): Promise<Timing[]> {
  const batches: { steps: number; took: number }[] = [];
  for (const variant of variants) {
    signal?.throwIfAborted();
    batches.push(await batchOf(variant, batchMs));
  }
  const counts = batches.map((batch) => samplesOf(batch, rounds));
  const turns = Math.max(...counts);
  const samples = variants.map(() => ({ wall: [] as number[], gpu: [] as number[] }));
  for (let round = 0; round < turns; round++) {
    for (let turn = 0; turn < variants.length; turn++) {
      const v = (turn + round) % variants.length;
      const { steps } = batches[v];
      // Evenly spread over the rounds.
      if (Math.floor(((round + 1) * counts[v]) / turns) === Math.floor((round * counts[v]) / turns)) continue;
      signal?.throwIfAborted();
      const { wall, gpu } = await timed(variants[v], steps);
      samples[v].wall.push(wall / steps);
      if (gpu !== undefined) samples[v].gpu.push(gpu / steps);
    }
  }
  return samples.map(({ wall, gpu }) => ({ ...quantiles(wall), ...(gpu.length > 0 && { gpu: quantile(gpu, 0.5) }) }));
}

/** The fastest of several variants in a run of their own; the others are gone. */
export async function fastestOf<V extends Variant>(variants: readonly V[], { batchMs }: Pace): Promise<V> {
  const times = await timeInterleaved(variants, { batchMs: batchMs / 2, rounds: 3 });
  const best = times.findIndex(({ p50 }) => p50 === Math.min(...times.map((time) => time.p50)));
  for (const [i, variant] of variants.entries()) if (i !== best) variant.dispose();
  return variants[best];
}

/** Steps of one submission: command buffers are memory too. */
const STEPS_PER_SUBMIT = 1000;

/** `run` for work that is recorded: many steps, one submission, one synchronisation. */
export function recorded(device: GPUDevice, record: (encoder: GPUCommandEncoder) => void): Variant["run"] {
  return async (steps, onSubmitted) => {
    for (let left = steps; left > 0; left -= STEPS_PER_SUBMIT) {
      const encoder = device.createCommandEncoder();
      for (let i = 0; i < Math.min(left, STEPS_PER_SUBMIT); i++) record(encoder);
      device.queue.submit([encoder.finish()]);
    }
    onSubmitted?.();
    await device.queue.onSubmittedWorkDone();
  };
}

/** A variant whose steps are recorded. `check` looks at the results of one; `resources` go with the variant. */
export function recordedVariant(
  device: GPUDevice,
  name: string,
  record: (encoder: GPUCommandEncoder) => void,
  check: () => Promise<number>,
  resources: readonly { destroy(): void }[],
): GpuVariant {
  const run = recorded(device, record);
  return {
    name,
    device,
    record,
    run,
    async verify() {
      await run(1);
      return check();
    },
    dispose() {
      for (const resource of resources) resource.destroy();
    },
  };
}

/** What recording costs the host: microseconds per `encode`, with nothing submitted. */
export function encodeTimes(variants: readonly GpuVariant[], { rounds }: Pace): Timing[] {
  const steps = 500;
  const samples: number[][] = variants.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [v, { record, device }] of variants.entries()) {
      const encoder = device.createCommandEncoder();
      const start = performance.now();
      for (let i = 0; i < steps; i++) record(encoder);
      const took = (1000 * (performance.now() - start)) / steps;
      encoder.finish();
      if (round > 0) samples[v].push(took); // the first round is the warm-up
    }
  }
  return samples.map(quantiles);
}

/** Numbers in [0, 1) that are the same on every run (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
