// Random losses of the algebra against float64: bases of all families, modifiers of modifiers, masks; made by the factories, and by JSON
// for the GPU; shapes, options and data that nobody would think of. Every seed is a structure, with some cases of other parameters and data.
// A failure names its seed: ALGEBRA_SEEDS=17 runs that one alone, ALGEBRA_CASES=1000 as many, ALGEBRA_FIRST=1001 others; `npm run fuzz`
// has 500 new ones (20,000 losses).
import { describe, it } from "vitest";
import {
  type BaseLoss,
  type Inputs,
  type Loss,
  type LossSpec,
  lossFromJSON,
  type Options,
  run,
  type Tuning,
  trimmed,
  type ZMaskOptions,
  zMasked,
} from "../src/index.js";
import {
  binaryStructure,
  classStructure,
  type Draw,
  drawn,
  laiStructure,
  regressionStructure,
} from "./support/algebra.js";
import { labelRows } from "./support/classes.js";
import { familyData, normal, type Random, random, weightsFor } from "./support/data.js";
import { requestTestDevice, runtime } from "./support/device.js";
import { choicesOf, seedsOf } from "./support/fuzz.js";
import { runPlan } from "./support/plan.js";
import { expectExplained } from "./support/uncertainty.js";
import { pullOf, toldInputs, variants } from "./support/variants.js";

const { device } = await requestTestDevice();
const seeds = seedsOf("ALGEBRA", runtime === "dawn" ? 13 : 2);
const casesPerSeed = 40;

/** What kernels are compiled for. */
interface Structure {
  readonly family: "regression" | "lai" | "binary" | "class";
  readonly columns: number;
  readonly soft: boolean;
  readonly capacity: number;
  readonly features: number;
  readonly draw: Draw<BaseLoss>;
  readonly mask: ((base: BaseLoss, next: Random) => Loss) | undefined;
  readonly granularity: "sample" | "element" | undefined;
  readonly options: Pick<Options, "reduction" | "nonFinite"> & { tuning: Partial<Tuning> };
  readonly extras: Readonly<Record<"weights" | "upstream" | "classWeights" | "applyMask", boolean>>;
}

function structureOf(next: Random): Structure {
  const { pick, chance } = choicesOf(next);
  const family = pick("regression", "lai", "binary", "class", "class", "class");
  const isRow = family === "class" || family === "lai";
  const columns = family === "class" ? pick(2, 3, 4, 10, 33, 130, 1027) : family === "lai" ? 1 : pick(1, 1, 2, 5, 8);
  const features = pick(1, 2, 3, 5);
  const soft = family === "class" && chance(0.3);
  const masking = pick("none", "moments", "median", "trimmed");
  const granularity = isRow || masking === "none" ? undefined : pick("sample", "element");
  const batch = soft || granularity === "sample" || family === "regression" || family === "lai" || columns > 200;
  const statistics = {
    regression: ["loss", "error"],
    lai: ["loss", "error"],
    binary: ["loss", "logit", "probability"],
    class: soft ? ["loss"] : ["loss", "logit", "probability"],
  } as const;
  const fixed = {
    statistic: pick(...statistics[family]),
    per: batch ? "batch" : pick("batch", "class"),
    ...(granularity && { granularity }),
  } as const;
  const zMask = (base: BaseLoss, more: Random) => {
    const choices = choicesOf(more);
    const estimator = masking as "moments" | "median";
    const free: ZMaskOptions = {
      threshold: choices.pick(0.5, 1, 2, 3, Infinity),
      side: choices.pick("both", "upper"),
      ddof: choices.pick(0, 1, 2),
      eps: choices.chance(0.2) ? 0.0625 : 0,
    };
    return zMasked(base, { ...fixed, ...free, estimator } as ZMaskOptions) as Loss;
  };
  const trim = (base: BaseLoss, more: Random) =>
    trimmed(base, {
      fraction: choicesOf(more).pick(0, 0.1, 0.29, 0.5, 0.9),
      ...(granularity && { granularity }),
    }) as Loss;
  const draws = {
    regression: regressionStructure,
    lai: (more: Random) => laiStructure(more, features),
    binary: binaryStructure,
    class: classStructure,
  };
  const structure: Structure = {
    ...{ family, columns, soft, features, granularity },
    draw: draws[family](next) as Draw<BaseLoss>,
    mask: masking === "none" ? undefined : masking === "trimmed" ? trim : zMask,
    capacity: Math.ceil(pick(40, 40, 700, 2500) / columns),
    options: {
      reduction: pick("mean", "mean", "sum", "none"),
      nonFinite: pick("omit", "propagate"),
      tuning: pick(
        {},
        {},
        { smallBatch: 0, minElements: 200 },
        { workgroupSize: 32, smallBatch: 100, minElements: 300 },
      ),
    },
    extras: {
      weights: chance(0.3),
      upstream: chance(0.2),
      classWeights: (family === "class" || (family === "binary" && granularity !== "sample")) && chance(0.25),
      applyMask: family === "lai" && chance(0.3),
    },
  };
  // All at once may be more than the storage buffers of a device, and is refused.
  const { weights, upstream } = structure.extras;
  const crowded = masking === "trimmed" && weights && upstream;
  return crowded ? { ...structure, extras: { ...structure.extras, applyMask: false } } : structure;
}

/** Makes numbers what nobody expects. */
function spoil(values: Float32Array, next: Random, most = 1e30): string {
  const { pick, chance, below } = choicesOf(next);
  const kind = pick("plain", "plain", "ties", "zeros", "tiny", "denormal", "large", "huge", "gigantic", "mixed", "one");
  const some = () => chance(0.2);
  const change = (f: (x: number, i: number) => number) => values.set(values.map(f));
  if (kind === "ties") change((x) => Math.round(x));
  if (kind === "zeros") change((x) => (some() ? 0 : x));
  if (kind === "tiny") change((x) => x * 1e-20);
  if (kind === "denormal") change((x) => (some() ? x * 1e-40 : x));
  if (kind === "large") change((x) => x * 100);
  if (kind === "huge") change((x) => x * 1e8);
  if (kind === "gigantic") change((x) => (some() ? x * most : x));
  if (kind === "mixed") change((x) => x * 10 ** (below(31) - 15));
  if (kind === "one" && values.length > 0) values[below(values.length)] *= 1e15;
  if (!chance(0.2) || values.length === 0) return kind;
  const broken = pick(NaN, Infinity, -Infinity);
  for (let k = pick(1, 3, values.length); k > 0; k--) values[below(values.length)] = broken;
  return `${kind}, ${broken}`;
}

interface Case {
  readonly loss: Loss;
  readonly inputs: Inputs;
  readonly options: Options & { tuning: Partial<Tuning>; capacity: number };
  readonly what: string;
}

function caseOf(structure: Structure, next: Random): Case | undefined {
  const { pick, below } = choicesOf(next);
  const { family, columns, capacity, granularity, extras, features, soft } = structure;
  const base = drawn(structure.draw, next);
  if (!base) return undefined;
  const loss = structure.mask ? structure.mask(base, next) : (base as Loss);
  const rows = Math.min(capacity, pick(0, 1, 2, 3, 4, 7, capacity - 1, capacity, capacity, below(capacity + 1)));
  const isRow = family === "class" || family === "lai";
  const elements = isRow ? rows : rows * columns;
  const samples = granularity === "sample" ? rows : elements;
  const seed = below(2 ** 30);
  const ignored = pick(0, 0, 0.2, 1);
  const data = familyData(family, rows, columns, seed, ignored);
  const kind = spoil("logits" in data ? data.logits : data.predictions, next, family === "lai" ? 1e20 : 1e30);
  if (soft && "labels" in data) Object.assign(data, { labels: labelRows(rows, columns, seed) });
  const slopes = Float32Array.from({ length: family === "lai" ? rows * features : 0 }, () => normal(next));
  if (family === "lai" && next() < 0.3) spoil(slopes, next);
  const { reduction } = structure.options;
  const inputs = {
    ...data,
    ...(family === "lai" && { slopes }),
    ...(extras.weights && { weights: weightsFor(samples, seed) }),
    ...(extras.upstream && { upstream: reduction === "none" ? weightsFor(samples, 5) : pick(2.5, -1, 0, 1e-3) }),
    ...(extras.classWeights && { classWeights: weightsFor(family === "binary" ? 2 : columns, seed) }),
    ...(extras.applyMask && { applyMask: Float32Array.from({ length: rows }, () => pick(0, 1)) }),
  } as Inputs;
  const options = { ...structure.options, shape: [rows, columns] as const, capacity };
  return { loss, inputs, options, what: `${JSON.stringify(loss)}, ${kind}, ${JSON.stringify(options)}` };
}

async function check({ loss, inputs, options, what }: Case, seed: number): Promise<boolean> {
  const { tuning: _, capacity: __, ...own } = options;
  const told = toldInputs(loss, inputs, own);
  if (!told) return false;
  const read = lossFromJSON(JSON.parse(JSON.stringify(loss)) as LossSpec);
  // Plans of the tests' own bind no slopes.
  const got = "slopes" in inputs ? await run(device, read, inputs, own) : await runPlan(device, read, inputs, options);
  return expectExplained(got, variants(loss, told, own, seed), loss, pullOf(loss, told, own), what);
}

describe(`${casesPerSeed * seeds.length} random losses, from seed ${seeds[0]} on`, () => {
  it.each(seeds)("seed %i", async (seed) => {
    const next = random(104_729 * seed);
    const structure = structureOf(next);
    for (let i = 0; i < casesPerSeed; i++) {
      const one = caseOf(structure, random(104_729 * seed + i + 1));
      if (!one) continue;
      try {
        await check(one, i);
      } catch (error) {
        throw new Error(`seed ${seed}, case ${i}: ${(error as Error).message}`);
      }
    }
  });
});
