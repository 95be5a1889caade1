// What float32 may make of a loss. Every number that a kernel reads is rounded, so a result is right if it is that of data and parameters
// within a few units in the last place: float64 tells, by trying some of those, how far results may lie apart.

import { isCentered, type Term } from "../../src/classes/terms.js";
import {
  type ClassLoss,
  evaluate,
  type Inputs,
  type Loss,
  type Options,
  type RegressionLoss,
  type Result,
} from "../../src/index.js";
import { normal, type Random, random } from "./data.js";

/** Units in the last place by which variants differ. */
const ULPS = 4;
/** The least normal number of float32; devices may count what is below as 0. */
const LEAST = 2 ** -126;
/** Fewer classes are summed in a few steps. */
export const MANY = 100;
/** The largest number of float32. */
export const MOST = 3.4028234663852886e38;

/** What kernels take for an exponent of 0 where powers are summed up (src/classes/wgsl.ts). */
const LEAST_EXPONENT = 1e-14;

const isArray = (x: unknown): x is ArrayLike<number> => ArrayBuffer.isView(x) || Array.isArray(x);

function variedLoss(loss: Loss, vary: (x: number) => number): Loss {
  if ("base" in loss) return { ...loss, base: variedLoss(loss.base, vary) } as Loss;
  if ("of" in loss) return { ...loss, of: variedLoss(loss.of as Loss, vary) } as Loss;
  // Whole numbers are exact, and may be counts.
  const numbers = <T extends object>(given: T): T =>
    Object.fromEntries(
      Object.entries(given).map(([name, x]) => [name, typeof x === "number" && x % 1 !== 0 ? vary(x) : x]),
    ) as T;
  if (loss.family !== "class") return { ...loss, parameters: numbers(loss.parameters) } as Loss;
  const { terms } = loss as ClassLoss;
  const varied: ClassLoss["terms"] = (classes) =>
    terms(classes).map((term) => {
      const label = numbers({ label: term.label }).label;
      // Coefficients that cancel do so exactly where differences are summed up; where values are, the two sums are rounded.
      const cancels = term.label + term.mean === 0;
      const mean = cancels && isCentered(term) ? -label : vary(cancels ? -label : term.mean);
      const { psi, scores, weight, sum, constant, share } = term;
      const { value, slope, difference } = psi.definition;
      // Quick ways (waysOf in src/classes/wgsl.ts) add up powers p^q, referred to that of the top class, and take their number from the
      // sum: differences are rounded at the size of the powers.
      const [scale, q] = psi.definition.power?.(psi.parameters) ?? [0, 0];
      const one = (q === 0.5 || q === 1) && q * scores.temperature >= 0.02 ? scale / q : 0;
      // What is evaluated for every class is rounded for every class.
      const definition = {
        ...psi.definition,
        value: (...given: Parameters<typeof value>) => vary(value(...given)),
        slope: (...given: Parameters<typeof slope>) => vary(slope(...given)),
        ...(difference && {
          difference: (...given: Parameters<typeof difference>) => {
            const size = one * Math.exp(q * given[1]);
            return vary(difference(...given)) + (vary(size) - size);
          },
        }),
      };
      const { linear } = psi;
      return {
        ...term,
        ...{ weight: vary(weight), sum: vary(sum), constant: vary(constant), label, mean },
        ...(share && { share: numbers(share) }),
        psi: { ...psi, definition, parameters: numbers(psi.parameters), ...(linear && { linear: numbers(linear) }) },
        scores: { ...scores, temperature: vary(scores.temperature), limit: vary(scores.limit) },
      };
    });
  return { ...loss, terms: varied } as Loss;
}

/** Inputs that are measured. Labels are, where they are probabilities: whole numbers are exact. */
const measuredInputs = ["predictions", "targets", "logits", "slopes", "weights", "classWeights"];

function variedInputs(inputs: Inputs, vary: (x: number) => number): Inputs {
  const entries = Object.entries(inputs).map(([name, given]) => {
    const measured = measuredInputs.includes(name) && isArray(given);
    if (name === "labels" && isArray(given)) return [name, Float64Array.from(given, (x) => (x % 1 ? vary(x) : x))];
    return [name, measured ? Float64Array.from(given, vary) : given];
  });
  return Object.fromEntries(entries) as Inputs;
}

const flushed = (x: number) => (Math.abs(x) < LEAST ? 0 : x);

/** The largest logit. */
const mostOf = (inputs: Inputs): number =>
  "logits" in inputs
    ? Array.from(inputs.logits, Math.abs).reduce((most, x) => (x < Infinity ? Math.max(most, x) : most), 0)
    : 0;

/** Scores are so far apart that an exponent of nearly 0 is not one of 0. */
const isStretched = ({ psi, scores }: Term, most: number): boolean =>
  psi.definition.power !== undefined && psi.parameters.q === 0 && LEAST_EXPONENT * scores.temperature * most > 1e-8;

/**
 * Sums over many classes are rounded at every step, and equal summands all the same way. Exponents of 0 are nearly 0 in sums over classes,
 * as tells where logits, of at most `most`, are large. Values and slopes of about the least normal number, which meet factors below 1 first, are 0, whatever
 * large numbers, parameters among them, they are multiplied by in the end.
 */
function summedLoss(loss: Loss, most: number): Loss {
  if ("base" in loss) return { ...loss, base: summedLoss(loss.base, most) } as Loss;
  if ("of" in loss) return { ...loss, of: summedLoss(loss.of as Loss, most) } as Loss;
  if (loss.family !== "class") {
    const { definition, parameters } = loss as RegressionLoss;
    const factor = 16 * Math.max(1, ...Object.values(parameters).filter(Number.isFinite));
    const value: typeof definition.value = (...given) => factor * flushed(definition.value(...given) / factor);
    const slope: typeof definition.slope = (...given) => factor * flushed(definition.slope(...given) / factor);
    return { ...loss, definition: { ...definition, value, slope } } as Loss;
  }
  const { terms } = loss as ClassLoss;
  const summed: ClassLoss["terms"] = (classes) => {
    const factor = classes < MANY ? 1 : 1 + classes * 2 ** -26;
    return terms(classes).flatMap((term) => {
      const { psi } = term;
      const all = { ...term, mean: factor * term.mean, sum: factor * term.sum };
      if (!isStretched(term, most) || term.share) return [all];
      const parameters = { ...psi.parameters, q: LEAST_EXPONENT };
      return [
        { ...term, mean: 0, sum: 0 },
        { ...all, label: 0, constant: 0, psi: { ...psi, parameters } },
      ];
    });
  };
  return { ...loss, terms: summed } as Loss;
}

/** Variants of a result; the first one is the result itself. */
export function variants(loss: Loss, inputs: Inputs, options: Options, seed: number): Result<Float64Array>[] {
  const next: Random = random(seed);
  const vary = (x: number) => x * (1 + ULPS * 2 ** -24 * (2 * next() - 1));
  const moved = () => evaluate(variedLoss(loss, vary), variedInputs(inputs, vary), options);
  return [
    evaluate(loss, inputs, options),
    ...Array.from({ length: 5 }, moved),
    evaluate(summedLoss(loss, mostOf(inputs)), variedInputs(inputs, flushed), options),
  ];
}

/** What divides the losses of a row that are normalized is (nearly) so little that kernels count it as not finite. */
function isVoid(base: ClassLoss, inputs: Inputs, options: Options): boolean {
  const sums: ClassLoss["terms"] = (classes) =>
    base
      .terms(classes)
      .filter((term) => term.share?.kind === "normalized")
      .map((term) => ({ ...term, share: undefined, weight: 1, label: 0, mean: 0, sum: 1, constant: 0 }));
  return sums(2).some((_, i) => {
    const one: ClassLoss["terms"] = (classes) => [sums(classes)[i]];
    const { perSample, count } = evaluate({ ...base, terms: one } as Loss, inputs, options);
    return perSample!.filter((x) => x >= 1e-29).length < count;
  });
}

/**
 * What kernels do otherwise than float64 in numbers that no result stands for: a limit of the norm of scores makes a factor below the
 * least normal number, or the sum that divides a loss is one of nearly 0 as the exponent, or {@link isVoid}.
 */
function isUntold(base: Loss, inputs: Inputs, options: Options): boolean {
  const { shape } = options;
  if (base.family !== "class" || !shape) return false;
  const [rows, columns = 1] = shape;
  const terms = (base as ClassLoss).terms(columns);
  if (terms.some((term) => term.share?.kind === "normalized" && isStretched(term, mostOf(inputs)))) return true;
  if (isVoid(base as ClassLoss, inputs, options)) return true;
  const limit = Math.min(...terms.map(({ scores }) => scores.limit));
  if (limit === Infinity) return false;
  const { logits } = inputs as Inputs<"class">;
  const row = (i: number) => Array.from({ length: columns }, (_, k) => logits[i * columns + k]);
  return Array.from({ length: rows }, (_, i) => Math.hypot(...row(i))).some((norm) => limit / norm < LEAST);
}

/**
 * Inputs as float32 sees them: on the GPU a loss beyond the largest number counts as not finite, so its sample gets an infinity. Undefined
 * where a loss is so close to that number that it may go either way, where only its gradient is beyond, where it is 0 / 0, which
 * rounding may make any number, and where {@link isUntold}.
 */
export function toldInputs(loss: Loss, inputs: Inputs, options: Options): Inputs | undefined {
  const base = "base" in loss ? loss.base : loss;
  const name = "predictions" in inputs ? "predictions" : "logits";
  const { weights: _, classWeights: __, upstream: ___, givenStatistics: ____, ...data } = inputs;
  const { shape, ignoreIndex } = options;
  const alone = { shape, ignoreIndex, reduction: "sum", nonFinite: "omit" } as const;
  const bare = evaluate(base as Loss, data as Inputs, alone);
  const first = Float64Array.from((inputs as unknown as Record<string, ArrayLike<number>>)[name]);
  if (isUntold(base as Loss, data as Inputs, alone)) return undefined;
  const width = first.length / bare.perSample!.length;
  for (const [i, x] of bare.perSample!.entries()) {
    const size = Math.abs(x);
    const slopes = bare.gradient!.subarray(i * width, (i + 1) * width);
    const most = slopes.reduce((most, slope) => Math.max(most, Math.abs(slope)), size);
    if (Number.isNaN(most) || (most > MOST / 100 && size < 100 * MOST)) return undefined;
    if (!(most < MOST)) first[i * width] = Infinity;
  }
  return { ...inputs, [name]: first } as Inputs;
}

/** The loss of the labelled class alone, by as much as a class counts in a loss. */
function singleLoss(loss: ClassLoss): Loss {
  const single: ClassLoss["terms"] = (classes) =>
    loss.terms(classes).map(({ weight, label, mean, sum, share, ...term }) => {
      // Sums of powers over many classes are rounded at the size of all of them, which is that of the mean.
      const many = term.psi.definition.power ? Math.min(classes, 8) : classes;
      const size = Math.abs(label) + Math.abs(mean) / many + Math.abs(sum);
      return {
        ...term,
        share,
        weight: Math.abs(weight),
        ...(share ? { label, mean, sum } : { label: size, mean: 0, sum: 0 }),
      };
    });
  return { ...loss, terms: single } as Loss;
}

/** Logits of which the label, or the first class of a row of probabilities, is as large as any other. */
function tied(logits: Float64Array, { labels }: Inputs<"class">, columns: number): Float64Array {
  const ids = labels.length < logits.length;
  return logits.map((z, i) => {
    const row = Math.floor(i / columns);
    if (i % columns !== (ids ? labels[row] : 0)) return z;
    return logits.subarray(row * columns, (row + 1) * columns).reduce((most, x) => Math.max(most, x));
  });
}

/**
 * How large gradients of a loss, and those of which they are sums, are where nothing is saturated: pulls of saturated rows cancel, and so
 * do those of classes, and what is left of those of one unit is rounding. Only classes have such.
 */
export function pullOf(loss: Loss, inputs: Inputs, options: Options): number {
  if (loss.family !== "class") return 0;
  const base = ("base" in loss ? loss.base : loss) as ClassLoss;
  const next = random(1);
  const given = inputs as Inputs<"class">;
  const [rows, columns = 1] = options.shape ?? [given.labels.length, given.logits.length / given.labels.length];
  const draws = [1, 4, 100].map((size) => Float64Array.from(given.logits, () => size * normal(next)));
  let most = 0;
  for (const logits of rows > 0 ? [...draws, tied(draws[2], given, columns)] : []) {
    for (const each of [base as Loss, singleLoss(base)]) {
      const { gradient } = evaluate(each, { ...given, logits } as Inputs, { ...options, nonFinite: "omit" });
      for (const x of gradient!) most = Math.max(most, Math.abs(x));
    }
  }
  return most;
}
