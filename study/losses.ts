/** The losses under study: one setting each, taken from its paper where that has one for ten classes, and never tuned to these data. */
import {
  absoluteError,
  alphaMae,
  asymmetricExponential,
  asymmetricGeneralizedCrossEntropy,
  asymmetricUnhinged,
  biTempered,
  cauchy,
  classAbsoluteError,
  crossEntropy,
  epsilonSoftmaxCrossEntropy,
  focal,
  gemanMcClure,
  generalizedCrossEntropy,
  huber,
  jensenShannon,
  type Loss,
  logCosh,
  logitClippedCrossEntropy,
  normalized,
  normalizedNegative,
  partiallyHuberized,
  reverseCrossEntropy,
  sgce,
  smoothed,
  squaredError,
  symmetricCrossEntropy,
  taylorCrossEntropy,
  trimmed,
  tukey,
  unhingedL2,
  weightedSum,
  welsch,
  zMasked,
} from "../src/index.js";

export interface Contender {
  readonly id: string;
  readonly title: string;
  /** Where its parameters come from. */
  readonly from: "paper" | "default" | "ours" | "none";
  /** `scale`: of the residuals, robust; for losses that are `scaled`. */
  readonly loss: (scale: number) => Loss;
  readonly scaled?: boolean;
  /** Leaves samples out. */
  readonly masks?: boolean;
  /** Is told the true share of wrong samples, which nobody knows outside of a study. */
  readonly oracle?: boolean;
}

type From = Contender["from"];
const plain = (id: string, title: string, from: From, loss: Loss): Contender => ({ id, title, from, loss: () => loss });
const masked = (id: string, title: string, from: From, loss: Loss): Contender => ({
  ...plain(id, title, from, loss),
  masks: true,
});
const scaled = (id: string, title: string, from: From, loss: (scale: number) => Loss): Contender => ({
  id,
  title,
  from,
  loss,
  scaled: true,
});

const trims = (base: "ce" | "mse", share: number): Contender[] => {
  const [title, loss] = base === "ce" ? (["CE", crossEntropy()] as const) : (["MSE", squaredError()] as const);
  const trim = (fraction: number): Loss =>
    loss.family === "class" ? trimmed(loss, { fraction }) : trimmed(loss, { fraction });
  return [
    masked(`${base}-trimmed`, `trimmed ${title}, a fifth`, "ours", trim(0.2)),
    { ...masked(`${base}-trimmed-share`, `trimmed ${title}, the true share`, "none", trim(share)), oracle: true },
  ];
};

const nce = normalized(crossEntropy());
const mae = classAbsoluteError();

/** @param share of wrong training labels. */
export const classContenders = (share: number): readonly Contender[] => [
  plain("ce", "cross-entropy (CE)", "none", crossEntropy()),
  plain("smoothed", "smoothed CE (0.1)", "default", smoothed(crossEntropy())),
  plain("focal", "focal (γ 0.5)", "default", focal()),
  plain("mae", "MAE", "none", mae),
  plain("gce", "GCE (q 0.7)", "paper", generalizedCrossEntropy({ q: 0.7 })),
  plain("tce", "Taylor CE (t 2)", "default", taylorCrossEntropy()),
  plain("phuber", "partially Huberized CE (τ 10)", "default", partiallyHuberized(crossEntropy())),
  plain("js", "Jensen-Shannon (π 0.5)", "default", jensenShannon()),
  plain("sce", "SCE (0.1, 1)", "paper", symmetricCrossEntropy()),
  plain(
    "nce-mae",
    "NCE + MAE",
    "paper",
    weightedSum([
      [1, nce],
      [1, mae],
    ]),
  ),
  plain(
    "nce-rce",
    "NCE + RCE",
    "paper",
    weightedSum([
      [1, nce],
      [1, reverseCrossEntropy()],
    ]),
  ),
  plain(
    "nce-agce",
    "NCE + 4 AGCE (a 6, q 1.5)",
    "paper",
    weightedSum([
      [1, nce],
      [4, asymmetricGeneralizedCrossEntropy({ a: 6, q: 1.5 })],
    ]),
  ),
  plain(
    "nce-nnce",
    "5 NCE + 5 NNCE",
    "paper",
    weightedSum([
      [5, nce],
      [5, normalizedNegative(crossEntropy())],
    ]),
  ),
  plain("agce", "AGCE (a 0.6, q 0.6)", "paper", asymmetricGeneralizedCrossEntropy({ a: 0.6, q: 0.6 })),
  plain("aul", "AUL (a 5.5, q 3)", "paper", asymmetricUnhinged({ a: 5.5, q: 3 })),
  plain("ael", "AEL (a 2.5)", "paper", asymmetricExponential({ a: 2.5 })),
  plain(
    "epsilon",
    "ε-softmax CE + MAE",
    "paper",
    weightedSum([
      [0.01, epsilonSoftmaxCrossEntropy({ m: 1e5 })],
      [5, classAbsoluteError({ scale: 2 })],
    ]),
  ),
  plain("logit-clip", "CE, clipped logits (τ 1)", "default", logitClippedCrossEntropy()),
  plain("bi-tempered", "bi-tempered (0.8, 1.2)", "ours", biTempered({ t1: 0.8, t2: 1.2 })),
  plain("unhinged", "unhinged, scores of norm 1", "default", unhingedL2()),
  plain("sgce", "SGCE (q 0.5)", "ours", sgce({ q: 0.5 })),
  plain("alpha-mae", "α-MAE (α 0.3)", "ours", alphaMae({ alpha: 0.3 })),
  masked("ce-moments", "z-masked CE, moments (2)", "default", zMasked(crossEntropy())),
  masked(
    "ce-median",
    "z-masked CE, median (2)",
    "ours",
    zMasked(crossEntropy(), { estimator: "median", side: "upper" }),
  ),
  ...trims("ce", share),
];

/** Scales of robust losses in robust deviations: 95 % as efficient as least squares where the noise is normal. */
const constants = { huber: 1.345, tukey: 4.685, cauchy: 2.385, welsch: 2.985, gemanMcClure: 3.787, logCosh: 1.205 };

/** @param share of outliers in training. */
export const regressionContenders = (share: number): readonly Contender[] => [
  plain("mse", "MSE", "none", squaredError()),
  plain("l1", "MAE", "none", absoluteError()),
  plain("huber-1", "Huber, δ of 1 deviation of the targets", "default", huber()),
  scaled("huber", "Huber, robust scale", "paper", (s) => huber({ delta: constants.huber * s })),
  scaled("log-cosh", "log-cosh, robust scale", "ours", (s) => logCosh({ c: constants.logCosh * s })),
  scaled("cauchy", "Cauchy, robust scale", "paper", (s) => cauchy({ c: constants.cauchy * s })),
  scaled("geman-mcclure", "Geman-McClure, robust scale", "ours", (s) =>
    gemanMcClure({ c: constants.gemanMcClure * s }),
  ),
  scaled("welsch", "Welsch, robust scale", "paper", (s) => welsch({ c: constants.welsch * s })),
  scaled("tukey", "Tukey, robust scale", "paper", (s) => tukey({ c: constants.tukey * s })),
  masked("mse-moments", "z-masked MSE, moments (2)", "paper", zMasked(squaredError())),
  masked("mse-error", "z-masked MSE, moments of errors (2)", "paper", zMasked(squaredError(), { statistic: "error" })),
  masked(
    "mse-median",
    "z-masked MSE, median (2)",
    "ours",
    zMasked(squaredError(), { statistic: "error", estimator: "median" }),
  ),
  ...trims("mse", share),
];
