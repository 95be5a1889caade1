/**
 * Times variants of the same work against each other. Timings of a shared machine drift, so only ratios within one run mean
 * something: variants take turns, in an order that rotates, and a batch of steps is long enough to drown the synchronisation
 * (WebGPU implementations poll for finished work every few milliseconds).
 */

export interface Variant {
  readonly name: string;
  /** Does so many steps, and resolves when the last one is finished. */
  readonly run: (steps: number) => Promise<void>;
  /** Checks the results of a step against float64: returns the largest error, throws when it is too large. */
  readonly verify: () => Promise<number>;
  readonly dispose: () => void;
}

/** Milliseconds per step. */
export interface Timing {
  readonly p20: number;
  readonly p50: number;
  readonly p80: number;
}

export interface Pace {
  readonly batchMs: number;
  readonly rounds: number;
}

async function milliseconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Warms up, and finds the number of steps that fill a batch, and how long one takes. */
async function batchOf({ run }: Variant, batchMs: number): Promise<{ steps: number; took: number }> {
  await run(1);
  for (let steps = 1; ; ) {
    const took = await milliseconds(() => run(steps));
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

/** More steps than this in a batch are short ones. */
const MANY_STEPS = 100;
/** A batch that takes longer than this, in milliseconds, is left out of some rounds: peers need seconds for some cases. */
const LONG_BATCH = 400;

/** One timing per variant. */
export async function timeInterleaved(variants: readonly Variant[], { batchMs, rounds }: Pace): Promise<Timing[]> {
  const batches: { steps: number; took: number }[] = [];
  for (const variant of variants) batches.push(await batchOf(variant, batchMs));
  // Where a batch holds many steps, launches are what is timed, and their times scatter most.
  const turns = batches.some(({ steps }) => steps > MANY_STEPS) ? 3 * rounds : rounds;
  const samples: number[][] = variants.map(() => []);
  for (let round = 0; round < turns; round++) {
    for (let turn = 0; turn < variants.length; turn++) {
      const v = (turn + round) % variants.length;
      const { steps, took } = batches[v];
      if (round % Math.min(Math.ceil(took / LONG_BATCH), Math.ceil(turns / 2)) > 0) continue;
      samples[v].push((await milliseconds(() => variants[v].run(steps))) / steps);
    }
  }
  return samples.map((of) => ({ p20: quantile(of, 0.2), p50: quantile(of, 0.5), p80: quantile(of, 0.8) }));
}

/** Steps of one submission: command buffers are memory too. */
const STEPS_PER_SUBMIT = 1000;

/** `run` for work that is recorded: many steps, one submission, one synchronisation. */
export function recorded(device: GPUDevice, record: (encoder: GPUCommandEncoder) => void) {
  return async (steps: number): Promise<void> => {
    for (let left = steps; left > 0; left -= STEPS_PER_SUBMIT) {
      const encoder = device.createCommandEncoder();
      for (let i = 0; i < Math.min(left, STEPS_PER_SUBMIT); i++) record(encoder);
      device.queue.submit([encoder.finish()]);
    }
    await device.queue.onSubmittedWorkDone();
  };
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
