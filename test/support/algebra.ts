// Random losses of the algebra. A structure is what kernels are compiled for; its losses differ in parameter values only (a few values,
// such as 1 for a temperature, change the text as well).
import {
  alphaMae,
  biTempered,
  type ClassLoss,
  LossError,
  lai,
  logitClippedCrossEntropy,
  losses,
  normalized,
  normalizedNegative,
  partiallyHuberized,
  type RegressionLoss,
  sgce,
  smoothed,
  symmetrized,
  tempered,
  unhinged,
  unhingedL2,
  weightedSum,
} from "../../src/index.js";
import type { Random } from "./data.js";
import { choicesOf } from "./fuzz.js";

/** A loss with parameter values at random. */
export type Draw<L> = (next: Random) => L;

/** Numbers of float32, since that is what kernels get: ordinary ones, and a few that are far from 1. */
const ordinary: readonly number[] = [0, 0.5, 1, 2, 1.5, 3, 0.1, 0.9, 0.02, 7.5, 40, -0.5, -1, -4, 1e-3, 1e4];
const special: readonly number[] = [1e-12, 1e12, -1e6, Infinity, -Infinity];

interface Parameter {
  readonly default?: number | boolean;
  readonly rule: { readonly test: (x: number) => boolean; readonly type?: string };
}

/** Bases and exponents of powers that float32 holds. */
const most: Readonly<Record<string, number>> = { a: 7.5, q: 40 };

/** A value that a rule allows. */
function draw({ default: standard, rule }: Parameter, next: Random, limit = Infinity): number | boolean | undefined {
  const { pick, chance } = choicesOf(next);
  if (rule.type === "boolean") return chance(0.5);
  if (standard !== undefined && chance(0.3)) return undefined;
  const allowed = [...ordinary, 4 * next(), next(), 1 + next(), ...(chance(0.1) ? special : [])];
  return Math.fround(pick(...allowed.filter((x) => rule.test(Math.fround(x)) && x <= limit)));
}

type Factory = ((parameters: object) => never) & { definition: { parameters: Record<string, Parameter> } };

const drawOf =
  <L>(factory: unknown): Draw<L> =>
  (next) => {
    const { definition } = factory as Factory;
    const drawn = Object.entries(definition.parameters).map(([name, parameter]) => {
      return [name, draw(parameter, next, most[name])];
    });
    return (factory as Factory)(Object.fromEntries(drawn.filter(([, value]) => value !== undefined)));
  };

const positive: Parameter = { rule: { test: (x) => Number.isFinite(x) && x > 0 } };
const number = (next: Random, least: number, most: number) => Math.fround(least + (most - least) * next());
const unit = (next: Random) => choicesOf(next).pick(0.5, 1, number(next, 0, 1), 0, 0.001);

const byFamily = <L>(family: string) =>
  losses.filter(({ definition }) => definition.family === family).map((factory) => drawOf<L>(factory));

const regressionDraws = byFamily<RegressionLoss>("regression");
const binaryDraws = byFamily<ClassLoss>("binary");
const classDraws: readonly Draw<ClassLoss>[] = [
  ...byFamily<ClassLoss>("class"),
  unhinged,
  (next) => unhingedL2({ scale: draw(positive, next) as number }),
  (next) => sgce({ q: unit(next) }),
  (next) => alphaMae({ alpha: number(next, 0.01, 3), center: next() < 0.5, kScale: next() < 0.5 }),
  (next) => logitClippedCrossEntropy({ tau: draw(positive, next) as number }),
  (next) => biTempered({ t1: unit(next), t2: number(next, 1.01, 4), labelSmoothing: next() < 0.5 ? 0 : 0.2 }),
  (next) => biTempered({ t1: unit(next), t2: 1 }),
];

type Modify = (of: ClassLoss, next: Random) => ClassLoss;
const modifiers: readonly Modify[] = [
  (of) => symmetrized(of),
  (of) => normalized(of),
  (of, next) => normalizedNegative(of, next() < 0.5 ? {} : { minProb: choicesOf(next).pick(9e-4, 1e-5, 1e-10) }),
  (of, next) => partiallyHuberized(of, { tau: choicesOf(next).pick(10, 2, 1.1, 300) }),
  (of, next) => smoothed(of, { eps: choicesOf(next).pick(0.1, -1, 0, 1, number(next, 0, 1)) }),
  (of, next) => tempered(of, { alpha: draw(positive, next) as number }),
];

/** Up to `depth` modifiers around base losses. */
function classDraw(next: Random, depth: number): Draw<ClassLoss> {
  const { pick, below } = choicesOf(next);
  if (depth === 0) return pick(...classDraws);
  if (next() < 0.25) {
    const parts = Array.from({ length: 1 + below(3) }, () => classDraw(next, below(depth)));
    return (more) =>
      weightedSum(parts.map((part) => [choicesOf(more).pick(1, 4, -0.5, number(more, -2, 2)), part(more)]));
  }
  const of = classDraw(next, depth - 1);
  const modify = pick(...modifiers);
  return (more) => modify(of(more), more);
}

/** A structure of class losses that the rules of composition allow; its draws may still refuse parameter values. */
export function classStructure(next: Random): Draw<ClassLoss> {
  for (;;) {
    const structure = classDraw(next, choicesOf(next).below(4));
    if (drawn(structure, next)) return structure;
  }
}

export const regressionStructure = (next: Random): Draw<RegressionLoss> => choicesOf(next).pick(...regressionDraws);
export const binaryStructure = (next: Random): Draw<ClassLoss> => choicesOf(next).pick(...binaryDraws);

/** Lai losses of so many features. */
export function laiStructure(next: Random, features: number): Draw<ReturnType<typeof lai>> {
  const { pick, chance, below } = choicesOf(next);
  const of = regressionStructure(next);
  const aggregate = pick("mean", "feature", "norm" as const);
  const several = aggregate !== "norm" && chance(0.5);
  const feature = aggregate === "feature" && { feature: below(features) };
  const lambda = (more: Random) => draw(positive, more) as number;
  return (more) =>
    lai(of(more), {
      lambda: several ? Array.from({ length: features }, () => lambda(more)) : lambda(more),
      aggregate,
      ...feature,
    });
}

/** A draw, or undefined where the algebra refuses what was drawn; only a LossError may do that. */
export function drawn<L>(structure: Draw<L>, next: Random): L | undefined {
  try {
    return structure(next);
  } catch (error) {
    if (error instanceof LossError && error.code === "parameter") return undefined;
    throw error;
  }
}
