/**
 * `npm run bench -- --tune`: the sweep that the table of src/tuning.ts comes from. One figure after another, the others as they are
 * best so far: every candidate does the same few cases in turns with the table's, and replaces it only where it is clearly faster. How
 * many elements one workgroup should take alone is where that becomes slower than several dispatches, for any of the losses.
 */
import { crossEntropy, type Loss, type Shape, squaredError, type Tuning, zbce, zmse } from "../src/index.js";
import { table } from "../src/tuning.js";
import { isSoftware } from "./baseline/adapter.js";
import { type Pace, timeInterleaved } from "./harness.js";
import { binaryInputs, classInputs, regressionInputs } from "./inputs.js";
import { oursOf } from "./ours.js";
import { digits } from "./summary.js";
import { makeTask } from "./task.js";

export type Kind = keyof typeof table;
export type Entry = (typeof table)[Kind];
type Swept = Exclude<keyof Entry, "smallBatch">;

const candidates: Record<Kind, Record<Swept, readonly number[]>> = {
  cpu: {
    workgroupSize: [1, 2, 4, 8, 16],
    maxWorkgroups: [4, 8, 16, 32, 64, 128],
    minElements: [1024, 2048, 4096, 8192, 16_384, 32_768],
  },
  gpu: {
    workgroupSize: [32, 64, 128, 256],
    maxWorkgroups: [64, 128, 256, 512, 1024, 2048],
    minElements: [512, 1024, 2048, 4096, 8192, 16_384],
  },
};

/** What candidates are judged by: few and many slices, groups of statistics, rows. */
const probes: readonly [name: string, loss: Loss, shape: Shape][] = [
  ["zmse 2^16", zmse(), [2 ** 16]],
  ["zmse 2^20", zmse(), [2 ** 20]],
  ["mse 2^20", squaredError(), [2 ** 20]],
  ["zbce per class 4096x16", zbce(), [4096, 16]],
  ["cross-entropy 256x1000", crossEntropy(), [256, 1000]],
];

const smallSizes = [256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768];

/** By less than this a candidate is not better but luckier. */
const CLEARLY = 0.04;

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** The candidate with the least mean time, unless the current one is about as good; `times` are relative to its. */
export function chosen(current: number, times: ReadonlyMap<number, readonly number[]>): number {
  const means = [...times].map(([value, of]) => ({ value, mean: geometricMean(of) }));
  const best = means.reduce((a, b) => (b.mean < a.mean ? b : a));
  return best.mean < 1 - CLEARLY ? best.value : current;
}

/** The largest size up to which one dispatch is no slower than several, at every size below it as well; 0 for none. */
export function crossing(times: readonly { size: number; one: number; several: number }[]): number {
  const slower = times.findIndex(({ one, several }) => one > several);
  return slower === 0 ? 0 : (times.at(slower < 0 ? -1 : slower - 1)?.size ?? 0);
}

function inputsOf(loss: Loss, shape: Shape) {
  const elements = shape[0] * (shape[1] ?? 1);
  if (loss.family === "class") return classInputs(shape[0], shape[1]!);
  return loss.family === "regression" ? regressionInputs(elements) : binaryInputs(elements);
}

/** Median times of a step under several tunings, in turns; all verified. */
async function timesOf(
  device: GPUDevice,
  loss: Loss,
  shape: Shape,
  tunings: readonly Partial<Tuning>[],
  pace: Pace,
): Promise<number[]> {
  const task = makeTask(loss, shape, inputsOf(loss, shape));
  const variants = await Promise.all(tunings.map((tuning) => oursOf(device, JSON.stringify(tuning), task, { tuning })));
  try {
    for (const variant of variants) await variant.verify();
    return (await timeInterleaved(variants, pace)).map(({ p50 }) => p50);
  } finally {
    for (const variant of variants) variant.dispose();
  }
}

/** The best entry for this device, as far as the sweep can tell. */
export async function tune(device: GPUDevice, pace: Pace, say: (line: string) => void): Promise<Entry> {
  const kind: Kind = isSoftware(device.adapterInfo) ? "cpu" : "gpu";
  let best: Entry = { ...table[kind] };
  for (const [name, values] of Object.entries(candidates[kind]) as [Swept, readonly number[]][]) {
    const all = [...new Set([best[name], ...values])].sort((a, b) => a - b);
    const relative = new Map<number, number[]>(all.map((value) => [value, []]));
    for (const [probe, loss, shape] of probes) {
      const tunings = all.map((value) => ({ ...best, [name]: value }));
      const times = await timesOf(device, loss, shape, tunings, pace);
      const now = times[all.indexOf(best[name])];
      for (const [i, value] of all.entries()) relative.get(value)!.push(times[i] / now);
      say(`${name}, ${probe}: ${all.map((value, i) => `${value}: ${digits(times[i])} ms`).join(", ")}`);
    }
    const value = chosen(best[name], relative);
    say(
      `${name}: ${value} (mean times: ${[...relative].map(([v, of]) => `${v}: ${geometricMean(of).toFixed(2)}`).join(", ")})\n`,
    );
    best = { ...best, [name]: value };
  }
  const small = [];
  for (const size of smallSizes) {
    const tunings = [size, 0].map((smallBatch) => ({ ...best, smallBatch }));
    const ratios: number[] = [];
    for (const loss of [zmse(), zbce()]) {
      const [one, several] = await timesOf(device, loss, [size], tunings, pace);
      ratios.push(one / several);
    }
    small.push({ size, one: Math.max(...ratios), several: 1 });
    say(
      `smallBatch, ${size}: one dispatch takes ${ratios.map((r) => r.toFixed(2)).join(" and ")} of the time of several`,
    );
  }
  best = { ...best, smallBatch: crossing(small) };
  say(`smallBatch: ${best.smallBatch}\n`);
  for (const line of entryLines(kind, best)) say(line);
  return best;
}

/** The entry as it would stand in the table, and where it differs from what stands there. */
export function entryLines(kind: Kind, best: Entry): string[] {
  const now = table[kind];
  const names = Object.keys(now) as (keyof Entry)[];
  const differences = names.filter((name) => best[name] !== now[name]);
  return [
    `${kind}: { ${names.map((name) => `${name}: ${best[name]}`).join(", ")} },`,
    differences.length === 0
      ? "as in src/tuning.ts"
      : `src/tuning.ts has ${differences.map((name) => `${name}: ${now[name]}`).join(", ")}`,
  ];
}
