/**
 * The normal form of class losses. Whatever the modifiers of src/modifiers build, it is a sum of terms: each a function psi of
 * the log-probability of one class, summed over the classes with coefficients that are linear in the label distribution.
 * The float64 reference and the kernels know nothing but this form.
 */
import type { Definition } from "../loss.js";

/** How scores become log-probabilities: the logits times min(temperature, limit / ||logits||), then a softmax with a tail. */
export interface Scores {
  /** Factor of the logits; Infinity leaves the limit alone. */
  readonly temperature: number;
  /** Largest Euclidean norm of the scores; Infinity for none. */
  readonly limit: number;
  /** t of the tempered exponential exp_t that stands in for exp: 1 is the softmax, above it the tail is heavy. */
  readonly tail: number;
}

/** psi of a term with its parameter values. */
export interface Psi {
  /** The base loss that it comes from. */
  readonly definition: Definition<"class">;
  /** Values of its parameters, defaults filled in, flags as 0 or 1. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Linear in the probability up to log-probability `from`, where its steepness would exceed `tau`; `value` is psi there. */
  readonly linear?: {
    /** The steepness there, and beyond: -d psi / d p. */
    readonly tau: number;
    /** The log-probability at which it starts. */
    readonly from: number;
    /** psi at `from`. */
    readonly value: number;
  };
}

/**
 * One summand of a class loss. With q the label distribution, S its sum, K the number of classes and mean and sum taken over all of
 * them: `weight * (label * sum(q psi) + (mean / K + sum) * S * sum(psi) + constant * S)`, where `share` divides psi by its sum.
 */
export interface Term {
  /** The function of log-probabilities. */
  readonly psi: Psi;
  /** How logits become them. */
  readonly scores: Scores;
  /** Factor of the whole term. */
  readonly weight: number;
  /** Coefficient of psi of the labelled class. */
  readonly label: number;
  /** Coefficient of the mean of psi over all classes. */
  readonly mean: number;
  /** Coefficient of the sum of psi over all classes. */
  readonly sum: number;
  /** Added for every sample. */
  readonly constant: number;
  /**
   * "normalized": psi / sum(psi). "complement": 1 - n / sum(n) with n = most - psi, which is 0 below log-probability `lowest`,
   * where psi reaches `most`.
   */
  readonly share?:
    | {
        /** psi / sum(psi). */
        readonly kind: "normalized";
      }
    | {
        /** 1 - n / sum(n). */
        readonly kind: "complement";
        /** What psi lacks to it is n. */
        readonly most: number;
        /** The log-probability at which psi reaches `most`. */
        readonly lowest: number;
      };
}

/** Scores that are the logits themselves. */
export const plainScores: Scores = { temperature: 1, limit: Infinity, tail: 1 };

/** The loss psi(log p) of the labelled class. */
export function plainTerm(psi: Psi): Term {
  return { psi, scores: plainScores, weight: 1, label: 1, mean: 0, sum: 0, constant: 0 };
}

/** Value and slope of psi at log-probability `l`; `top` is 1 for the class with the largest score. */
export function psiAt({ definition, parameters, linear }: Psi, l: number, top: number): [value: number, slope: number] {
  if (linear && l <= linear.from) {
    const { tau, from, value } = linear;
    return [value - tau * Math.exp(from) * Math.expm1(l - from), -tau * Math.exp(l)];
  }
  return [definition.value(l, parameters, top), definition.slope(l, parameters, top)];
}

/**
 * True where the coefficients of psi add up to 0, and psi knows its differences: then a loss is made of differences from the top class,
 * and what all classes share cancels before it is rounded.
 */
export function isCentered({ psi, scores, label, mean, sum, share }: Term): boolean {
  const plain = scores.tail === 1 && !psi.linear && !share;
  return plain && label + mean === 0 && sum === 0 && psi.definition.difference !== undefined;
}
