/**
 * What has a page and is made of other losses: masks, modifiers, and the losses that have a name of their own. Text, parameters and sources
 * of the pages are the doc comments; here is what these do not say in one line.
 */

/** A loss as code, which is evaluated for curves and examples, and what a legend calls it. */
export interface Shown {
  readonly code: string;
  readonly label: string;
}

/** Where a definition comes from; see docs/class-losses.md. */
export type Status = "confirmed" | "derived" | "inferred";

/** A mask, a modifier, or a loss made of others. */
export interface Composed {
  readonly kind: "mask" | "modifier" | "loss";
  /** In src/. */
  readonly file: string;
  readonly formula: string;
  readonly gradient: string;
  /** What it goes around, or its inputs. */
  readonly takes: string;
  /** Ids in JSON; default: the name. */
  readonly json?: string;
  readonly status: Status;
  /** Says it more exactly than the status alone, such as which part is whose. */
  readonly note?: string;
  /** The interface of its options, in a file of src/. */
  readonly options?: readonly [file: string, name: string];
  /** Where more is said, from docs/losses. */
  readonly more: readonly [text: string, link: string];
  /** Losses to compare: those of a modifier after the loss that it modifies. */
  readonly shown: readonly Shown[];
}

const shown = (...codes: (string | readonly [code: string, label: string])[]): Shown[] =>
  codes.map((each) => (typeof each === "string" ? { code: each, label: each } : { code: each[0], label: each[1] }));

const zMask = {
  kind: "mask",
  file: "zMasked.ts",
  options: ["zMasked.ts", "ZMaskOptions"],
  more: ["The z-mask", "../z-mask.md"],
} as const;
const ofZMask = "as reviews of the paper report it, which we know from them and its abstract";
const lai = {
  file: "lai/loss.ts",
  gradient: "d loss / d prediction = m rho'(m r), d loss / d k = r rho'(m r) dm/dk",
  options: ["lai/sample.ts", "LaiParameters"],
  status: "inferred",
  more: ["Lai loss", "../lai.md"],
} as const;
const laiNote =
  "the projections and the role of lambda are confirmed by reviews of the paper; the formula with lambda is as transcribed by others, and several features are our reading";
const classes = { kind: "loss", takes: "class: `logits`, `labels`" } as const;
const modifier = { kind: "modifier", takes: "any class loss, or a sum of them" } as const;
/** The part of docs/class-losses.md that speaks of it. */
const section = (heading: "symmetrization" | "modifiers" | "other-scores-other-probabilities") =>
  ({ more: ["Losses over classes", `../class-losses.md#${heading}`] }) as const;
const ofSymmetrization = "by reviews of the paper, which we could not read in full";

export const composed: Readonly<Record<string, Composed>> = {
  zMasked: {
    ...zMask,
    takes: "any loss, once and outermost",
    formula: "Σ m w l / Σ m w, m = 1 where |z| <= threshold, z = (v - mean v) / (standard deviation of v + eps)",
    gradient: "m w dl / Σ m w",
    status: "confirmed",
    note: `${ofZMask}, for the squared error and binary cross-entropy; around other losses, and in options beyond threshold, statistic and ddof, our reading`,
    shown: shown(
      ["huber()", "huber"],
      ["zMasked(huber())", "z-masked, by moments"],
      [`zMasked(huber(), { statistic: "error", estimator: "median" })`, "by the median of errors"],
    ),
  },
  zmse: {
    ...zMask,
    file: "presets.ts",
    takes: "regression: `predictions`, `targets`; r = prediction - target",
    formula: "Σ m r² / Σ m, m = 1 where |z| <= threshold, z of r² (or of r) within the batch",
    gradient: "2 m r / Σ m",
    status: "confirmed",
    note: `${ofZMask}: both scored quantities, threshold 2 and ddof 1; rows as samples, weights and the other options are ours`,
    shown: shown(["squaredError()", "mse"], ["zmse()", "zmse"], [`zmse({ statistic: "error" })`, "zmse of the error"]),
  },
  zbce: {
    ...zMask,
    file: "presets.ts",
    takes: "binary: `logits`, `labels` that are 0 or 1",
    formula: "Σ m bce(o, t) / Σ m, m = 1 where |z| <= threshold, z of o within the samples of label t",
    gradient: "m ((1 - t) sigmoid(o) - posWeight t sigmoid(-o)) / Σ m",
    status: "confirmed",
    note: `${ofZMask}: scores of logits or probabilities per class, and combined masks; the denominator, ddof, and several columns are our reading`,
    shown: shown(["binaryCrossEntropy()", "bce"], ["zbce()", "zbce"], ["zbce({ threshold: 1 })", "threshold 1"]),
  },
  trimmed: {
    kind: "mask",
    file: "trimmed.ts",
    takes: "any loss, in place of `zMasked`",
    formula: "mean of the n - floor(fraction n) smallest losses, at least one",
    gradient: "that of l for those samples, 0 for the others",
    status: "derived",
    note: "trimmed means are common usage; what counts among equal losses, and how a share becomes a number of samples, is ours",
    options: ["trimmed.ts", "TrimOptions"],
    more: ["Trimmed means", "../z-mask.md#trimmed-means"],
    shown: shown(
      ["squaredError()", "mse"],
      ["trimmed(squaredError(), { fraction: 0.1 })", "a tenth trimmed"],
      ["trimmed(squaredError(), { fraction: 0.3 })", "three tenths trimmed"],
    ),
  },
  lai: {
    ...lai,
    kind: "modifier",
    takes: "any regression loss rho",
    formula: "rho(m r), m = max(|k| / min(lambda, 1), max(lambda, 1)) / sqrt(1 + k²), k the slope of the model",
    note: laiNote,
    shown: shown(
      ["huber()", "huber"],
      ["lai(huber(), { lambda: 0.5 })", "lambda = 0.5"],
      ["lai(huber(), { lambda: 2 })", "lambda = 2"],
    ),
  },
  laiMae: {
    ...lai,
    kind: "loss",
    takes: "regression: `predictions`, `targets`, `slopes`",
    formula: "m |r|, m = max(|k| / min(lambda, 1), max(lambda, 1)) / sqrt(1 + k²), k the slope of the model",
    gradient: "d loss / d prediction = m sign r, d loss / d k = |r| dm/dk",
    json: "`lai` of `l1`",
    note: laiNote,
    shown: shown(
      ["laiMae({ lambda: 0.5 })", "lambda = 0.5"],
      ["laiMae({ lambda: 1 })", "lambda = 1"],
      ["laiMae({ lambda: 2 })", "lambda = 2"],
    ),
  },
  laiMse: {
    ...lai,
    kind: "loss",
    takes: "regression: `predictions`, `targets`, `slopes`",
    formula:
      "m² r², m = max(|k| / min(lambda, 1), max(lambda, 1)) / sqrt(1 + k²); plain: F r², with lambda not squared",
    gradient: "d loss / d prediction = 2 m² r, d loss / d k = 2 m r² dm/dk",
    json: "`lai` of `mse`",
    note: `${laiNote}; whether the paper squares the factor is unknown to us`,
    shown: shown(
      ["laiMse({ lambda: 0.5 })", "lambda = 0.5"],
      ["laiMse({ lambda: 1 })", "lambda = 1"],
      [`laiMse({ lambda: 0.5, form: "plain" })`, "lambda = 0.5, form = plain"],
    ),
  },
  symmetrized: {
    ...modifier,
    ...section("symmetrization"),
    file: "modifiers/symmetrized.ts",
    formula: "l(z, y) - mean over k of l(z, k)",
    gradient: "that of l less its mean over all labels",
    status: "confirmed",
    note: `${ofSymmetrization}; that the constant is 0 is our choice`,
    json: "`symmetrized`; `unhinged` of cross-entropy, `sgce` of the generalized one",
    shown: shown(
      ["generalizedCrossEntropy({ q: 0.5 })", "gce"],
      ["symmetrized(generalizedCrossEntropy({ q: 0.5 }))", "symmetrized"],
    ),
  },
  normalized: {
    ...modifier,
    ...section("modifiers"),
    takes: "a class loss that is positive and of a single term",
    file: "modifiers/normalized.ts",
    formula: "l(z, y) / Σ l(z, k)",
    gradient: "(dl_y - normalized(l) Σ dl_k) / Σ l(z, k)",
    status: "confirmed",
    json: "`normalized`; `nce`, `nfl`, `ngce` of cross-entropy, `focal` and the generalized one",
    shown: shown(["crossEntropy()", "ce"], ["normalized(crossEntropy())", "normalized (nce)"]),
  },
  normalizedNegative: {
    ...modifier,
    ...section("modifiers"),
    takes: "a base loss, also tempered or partially Huberized",
    file: "modifiers/normalizedNegative.ts",
    formula: "1 - n_y / Σ n_k, n_k = A - min(l(z, k), A)",
    gradient: "(dl_y [l_y < A] - (n_y / Σ n_k) Σ dl_k [l_k < A]) / Σ n_k",
    status: "confirmed",
    note: "as their paper and code have it, without the penalty on the model's weights",
    json: "`normalizedNegative`; `nnce`, `nnfl` of cross-entropy and `focal`",
    shown: shown(["crossEntropy()", "ce"], ["normalizedNegative(crossEntropy())", "normalized negative (nnce)"]),
  },
  partiallyHuberized: {
    ...modifier,
    ...section("modifiers"),
    takes: "a base loss over classes that gets steeper as the probability falls",
    file: "modifiers/partiallyHuberized.ts",
    formula: "l as long as -dl/dp stays below tau, its tangent beyond",
    gradient: "that of l; tau p_y (p - e) on the tangent",
    status: "confirmed",
    note: "for cross-entropy and the generalized one; around others it is our generalisation",
    json: "`partiallyHuberized`; `phuberCe`, `phuberGce` of cross-entropy and the generalized one",
    shown: shown(
      ["crossEntropy()", "ce"],
      ["partiallyHuberized(crossEntropy())", "tau = 10"],
      ["partiallyHuberized(crossEntropy(), { tau: 2 })", "tau = 2"],
    ),
  },
  tempered: {
    ...modifier,
    ...section("modifiers"),
    file: "modifiers/tempered.ts",
    formula: "l(alpha z, y) / alpha",
    gradient: "that of l at alpha z",
    status: "inferred",
    json: "`tempered`; `alphaMae` of the absolute error",
    shown: shown(
      ["classAbsoluteError()", "mae"],
      ["tempered(classAbsoluteError(), { alpha: 0.5 })", "alpha = 0.5"],
      ["tempered(classAbsoluteError(), { alpha: 2 })", "alpha = 2"],
    ),
  },
  smoothed: {
    ...modifier,
    ...section("modifiers"),
    file: "modifiers/smoothed.ts",
    formula: "(1 - eps) l(z, y) + eps mean over k of l(z, k)",
    gradient: "that of l for the label (1 - eps) e + eps / K",
    status: "confirmed",
    json: "`smoothed`; `labelSmoothing` of cross-entropy",
    shown: shown(
      ["crossEntropy()", "ce"],
      ["smoothed(crossEntropy())", "eps = 0.1"],
      ["smoothed(crossEntropy(), { eps: -0.2 })", "eps = -0.2"],
    ),
  },
  weightedSum: {
    ...modifier,
    ...section("modifiers"),
    takes: "1 to 8 class losses, each with its weight",
    file: "modifiers/weightedSum.ts",
    formula: "Σ w l",
    gradient: "Σ w dl",
    status: "confirmed",
    json: "`weightedSum`, or `combo`",
    shown: shown(
      ["normalized(crossEntropy())", "nce"],
      ["classAbsoluteError()", "mae"],
      ["weightedSum([[1, normalized(crossEntropy())], [4, classAbsoluteError()]])", "nce + 4 mae"],
    ),
  },
  unhinged: {
    ...classes,
    ...section("symmetrization"),
    file: "losses/unhinged.ts",
    formula: "mean(z) - z_y",
    gradient: "1/K - e",
    status: "derived",
    shown: shown("unhinged()"),
  },
  unhingedL2: {
    ...classes,
    ...section("symmetrization"),
    file: "losses/unhingedL2.ts",
    formula: "mean(f) - f_y, f = scale z / ||z||",
    gradient: "(scale / ||z||) (g - v (v . g)), v = z / ||z||, g = 1/K - e",
    status: "inferred",
    note: "the constants are our reading, that scores are normalised is the paper's",
    shown: shown("unhingedL2()", "unhingedL2({ scale: 3 })"),
  },
  sgce: {
    ...classes,
    ...section("symmetrization"),
    file: "losses/sgce.ts",
    formula: "(mean over k of p_k^q - p_y^q) / q",
    gradient: "p_y^q (p - e)_j + (p_j^q - p_j Σ p^q) / K",
    status: "derived",
    note: "it follows from the definition of symmetrization; name and interpolation are the paper's, the constant is ours",
    shown: shown(["sgce({ q: 0.5 })", "q = 0.5"], ["sgce({ q: 0.1 })", "q = 0.1"], ["sgce({ q: 1 })", "q = 1"]),
  },
  alphaMae: {
    ...classes,
    ...section("symmetrization"),
    file: "losses/alphaMae.ts",
    formula: "(1 - softmax(alpha z)_y) / alpha",
    gradient: "pi_y (pi - e)",
    status: "inferred",
    note: "the formula is our reading, existence and interpolation are the paper's",
    shown: shown(
      ["alphaMae({ alpha: 0.5 })", "alpha = 0.5"],
      ["alphaMae({ alpha: 1 })", "alpha = 1"],
      ["alphaMae({ alpha: 0.5, center: true })", "alpha = 0.5, centred"],
    ),
  },
  logitClippedCrossEntropy: {
    ...classes,
    ...section("other-scores-other-probabilities"),
    file: "losses/logitClippedCrossEntropy.ts",
    formula: "-log softmax(z min(1, tau / ||z||))_y",
    gradient: "g = p - e within the norm; (tau / ||z||) (g - v (v . g)), v = z / ||z||, where clipped",
    json: "`logitClipCe`",
    status: "inferred",
    note: "one continuous threshold is our reading, the idea is the paper's",
    shown: shown(["logitClippedCrossEntropy()", "tau = 1"], ["logitClippedCrossEntropy({ tau: 3 })", "tau = 3"]),
  },
  biTempered: {
    ...classes,
    ...section("other-scores-other-probabilities"),
    file: "losses/biTempered.ts",
    formula: "Σ [Y (log_t1 Y - log_t1 p) - (Y^(2 - t1) - p^(2 - t1)) / (2 - t1)]",
    gradient: "f_j - esc_j Σ f, f = (p - Y) p^(t2 - t1), esc = p^t2 / Σ p^t2",
    status: "confirmed",
    shown: shown(
      ["biTempered({ t1: 0.8, t2: 1.2 })", "t1 = 0.8, t2 = 1.2"],
      ["biTempered({ t1: 0.5, t2: 2 })", "t1 = 0.5, t2 = 2"],
      ["biTempered({ t1: 1, t2: 1 })", "t1 = 1, t2 = 1"],
    ),
  },
};
