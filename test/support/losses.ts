// The losses that tests walk: element-wise ones by their factories, class losses with parameter values.
import {
  alphaMae,
  asymmetricExponential,
  asymmetricGeneralizedCrossEntropy,
  asymmetricUnhinged,
  biTempered,
  type ClassLoss,
  classAbsoluteError,
  crossEntropy,
  epsilonSoftmaxCrossEntropy,
  focal,
  generalizedCrossEntropy,
  jensenShannon,
  logitClippedCrossEntropy,
  losses,
  normalized,
  normalizedNegative,
  partiallyHuberized,
  reverseCrossEntropy,
  sgce,
  smoothed,
  symmetricCrossEntropy,
  symmetrized,
  taylorCrossEntropy,
  tempered,
  unhinged,
  unhingedL2,
  weightedSum,
} from "../../src/index.js";

/** Factories of element-wise base losses. */
export const elementLosses = losses.filter(({ definition }) => definition.family !== "class");

/** Every base class loss, at parameter values that show what it does. */
export const classBases: readonly ClassLoss[] = [
  crossEntropy(),
  classAbsoluteError(),
  classAbsoluteError({ scale: 2 }),
  generalizedCrossEntropy(),
  generalizedCrossEntropy({ q: 0 }),
  generalizedCrossEntropy({ q: 1e-3 }),
  taylorCrossEntropy(),
  taylorCrossEntropy({ t: 1 }),
  taylorCrossEntropy({ t: 7 }),
  asymmetricGeneralizedCrossEntropy({ a: 0.6, q: 0.6 }),
  asymmetricGeneralizedCrossEntropy({ a: 6, q: 1.5 }),
  asymmetricGeneralizedCrossEntropy({ a: 0, q: 0.5 }),
  asymmetricUnhinged({ a: 6.3, q: 1.5 }),
  asymmetricUnhinged({ a: 1.2, q: 0.1 }),
  asymmetricExponential({ a: 2.5 }),
  focal(),
  focal({ gamma: 2 }),
  focal({ gamma: 0 }),
  reverseCrossEntropy(),
  symmetricCrossEntropy({ alpha: 6, beta: 0.1 }),
  jensenShannon(),
  jensenShannon({ pi: 0.1 }),
  epsilonSoftmaxCrossEntropy({ m: 100 }),
];

/** What modifiers make of them: every modifier, and modifiers of modifiers. */
export const classComposites: readonly ClassLoss[] = [
  unhinged(),
  unhingedL2({ scale: 3 }),
  sgce({ q: 0.5 }),
  sgce({ q: 0.001 }),
  sgce({ q: 1 }),
  alphaMae({ alpha: 0.1 }),
  alphaMae({ alpha: 0.001, center: true, kScale: true }),
  alphaMae({ alpha: 0, center: true }),
  symmetrized(focal({ gamma: 2 })),
  symmetrized(normalized(crossEntropy())),
  symmetrized(biTempered({ t1: 0.8, t2: 1.2 })),
  symmetrized(logitClippedCrossEntropy({ tau: 2 })),
  normalized(crossEntropy()),
  normalized(focal()),
  normalized(generalizedCrossEntropy({ q: 0.7 })),
  normalized(smoothed(crossEntropy())),
  normalizedNegative(crossEntropy()),
  normalizedNegative(focal({ gamma: 0.5 }), { minProb: 1e-3 }),
  normalizedNegative(partiallyHuberized(crossEntropy())),
  partiallyHuberized(crossEntropy()),
  partiallyHuberized(generalizedCrossEntropy(), { tau: 2 }),
  smoothed(crossEntropy()),
  smoothed(crossEntropy(), { eps: -1 }),
  smoothed(symmetrized(generalizedCrossEntropy()), { eps: 0.3 }),
  tempered(crossEntropy(), { alpha: 3 }),
  tempered(unhingedL2(), { alpha: 0.5 }),
  logitClippedCrossEntropy(),
  logitClippedCrossEntropy({ tau: 40 }),
  biTempered({ t1: 0.8, t2: 1.2 }),
  biTempered({ t1: 0.5, t2: 4 }),
  biTempered({ t1: 0.9, t2: 1, labelSmoothing: 0.2 }),
  biTempered({ t1: 1, t2: 1.5, labelSmoothing: 0.1 }),
  weightedSum([
    [1, normalized(crossEntropy())],
    [4, classAbsoluteError()],
  ]),
  weightedSum([
    [2, biTempered({ t1: 0.8, t2: 1.3 })],
    [-0.5, sgce({ q: 0.4 })],
    [1, alphaMae({ alpha: 0.2 })],
    [0.3, logitClippedCrossEntropy()],
  ]),
];

/** Losses whose slope counts a weight as a constant, so that it is not the derivative of the value. */
export const detachedLosses: readonly ClassLoss[] = [
  focal({ detach: true }),
  normalized(focal({ detach: true })),
  normalizedNegative(focal({ detach: true })),
];

/** Losses with the names that they have in lists of tests: their JSON. */
export const named = (list: readonly ClassLoss[]) => list.map((loss) => [JSON.stringify(loss), loss] as const);

/** All class losses. */
export const classLosses: readonly ClassLoss[] = [...classBases, ...classComposites, ...detachedLosses];
