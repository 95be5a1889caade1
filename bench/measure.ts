/** Measures cases, one after another, and says how far it is. */
import { type Case, type Environment, labelOf, shapeOf } from "./cases.js";
import { encodeTimes, type GpuVariant, type Stoppable, timeInterleaved, type Variant } from "./harness.js";
import type { Counts, Instrument } from "./instrument.js";
import type { Machine, Row } from "./rows.js";

interface About {
  readonly error: number;
  readonly counts: Counts;
}

/** Other libraries may fail, ours and what it is measured by may not. */
const isPeer = ({ name }: Variant): boolean => /^(tfjs|jax|torch)/.test(name);

/** Verifies and counts; who is wrong is not timed. */
async function verified(
  variants: readonly Variant[],
  elements: number,
  counter: Instrument,
  say: (line: string) => void,
): Promise<Map<Variant, About>> {
  const about = new Map<Variant, About>();
  for (const variant of variants) {
    try {
      const error = await variant.verify();
      about.set(variant, { error, counts: await counter.count(elements, () => variant.run(1)) });
    } catch (error) {
      if (!isPeer(variant)) throw error;
      say(`left out: ${error instanceof Error ? error.message : error}`);
    }
  }
  return about;
}

/** Verifies, then counts, then times all variants of a case. */
async function measureCase(
  one: Case,
  environment: Environment,
  counter: Instrument,
  machine: Machine,
  say: (line: string) => void,
  stoppable: Stoppable,
): Promise<Row[]> {
  const all = await one.variants(environment);
  try {
    const about = await verified(all, one.elements, counter, say);
    const variants = [...about.keys()];
    const timings = await timeInterleaved(variants, environment.pace, stoppable);
    const copy = variants.findIndex(({ name }) => name === "copy");
    const rateOf = (leastBytes: number, v: number) => (leastBytes * one.elements) / timings[v].p50 / 1e6;
    const rows = variants.map((variant, v): Row => {
      const { counts, error } = about.get(variant)!;
      const leastBytes = v === copy ? 8 : one.leastBytes;
      const known = one.leastBytes > 0 && counts.dispatches.length > 0;
      return {
        ...{ case: one.name, shape: shapeOf(one), elements: one.elements, variant: variant.name },
        ...timings[v],
        ...{ unit: "ms", dispatches: counts.dispatches.length, submits: counts.submits },
        ...{ bytesPerElement: counts.bytes / one.elements, leastBytes },
        ...(known && { rate: rateOf(leastBytes, v) }),
        ...(known && copy >= 0 && { shareOfCopy: rateOf(leastBytes, v) / rateOf(8, copy) }),
        ...{ timesOurs: timings[v].p50 / timings[0].p50, error },
        ...machine,
      };
    });
    if (!one.encode) return rows;
    const recorders = variants.filter((variant): variant is GpuVariant => "record" in variant);
    const times = encodeTimes(recorders, environment.pace);
    const encodes = recorders.map(({ name }, r): Row => {
      const { gpu, rate, shareOfCopy, ...row } = rows.find(({ variant }) => variant === name)!;
      const timesOurs = times[r].p50 / times[0].p50;
      return { ...row, ...times[r], case: `${one.name}, encode`, unit: "us", timesOurs };
    });
    return [...rows, ...encodes];
  } finally {
    for (const variant of all) variant.dispose();
  }
}

export interface Progress {
  /** Cases. */
  readonly done: number;
  readonly total: number;
  /** The next one; undefined at the end. */
  readonly label?: string;
  /** An estimate, once there is something to base it on. */
  readonly secondsLeft?: number;
}

/** Relative to each other: most cases take a number of batches, those of many elements take whole steps of slow peers. */
const weightOf = ({ elements, leastBytes }: Case): number => 1 + (leastBytes === 0 ? 1 : 0) + elements / 2 ** 20;

export interface MeasureOptions extends Stoppable {
  readonly environment: Environment;
  readonly counter: Instrument;
  readonly machine: Machine;
  readonly onProgress?: (progress: Progress) => void;
  /** What was found, case by case. */
  readonly onRows?: (rows: readonly Row[], one: Case) => unknown;
  /** What is left out, and why. */
  readonly say?: (line: string) => void;
}

/** Measures cases until the end, or until the signal; what `onRows` has got stays valid in any case. */
export async function measure(
  cases: readonly Case[],
  { environment, counter, machine, onProgress, onRows, say = () => {}, signal }: MeasureOptions,
): Promise<Row[]> {
  const weights = cases.map(weightOf);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const started = performance.now();
  const all: Row[] = [];
  for (const [done, one] of cases.entries()) {
    signal?.throwIfAborted();
    const perWeight = (performance.now() - started) / 1000 / sum(weights.slice(0, done));
    const secondsLeft = done > 0 ? perWeight * sum(weights.slice(done)) : undefined;
    onProgress?.({ done, total: cases.length, label: labelOf(one), secondsLeft });
    const rows = await measureCase(one, environment, counter, machine, say, { signal });
    all.push(...rows);
    await onRows?.(rows, one);
  }
  onProgress?.({ done: cases.length, total: cases.length });
  return all;
}
