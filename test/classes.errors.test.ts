// Class losses: what is refused, and the shortest JSON.
import { describe, expect, it } from "vitest";
import {
  alphaMae,
  type ClassLoss,
  classAbsoluteError,
  crossEntropy,
  defineClassLoss,
  epsilonSoftmaxCrossEntropy,
  evaluate,
  focal,
  generalizedCrossEntropy,
  type LossSpec,
  lossFromJSON,
  normalized,
  normalizedNegative,
  type Options,
  partiallyHuberized,
  sgce,
  smoothed,
  squaredError,
  symmetrized,
  tempered,
  weightedSum,
  zMasked,
} from "../src/index.js";
import { throws, type Untyped } from "./support/errors.js";

describe("what is refused", () => {
  const inputs = { logits: [1, 2, 3, 4, 5, 6], labels: [0, 2] };
  const two = crossEntropy();
  const run = (loss: Untyped, given: Untyped = inputs, options: Options = {}) => evaluate(loss, given, options);
  throws([
    [
      "one class",
      "shape",
      /crossEntropy: shape must be \[rows, classes\]/,
      () => run(two, { logits: [1], labels: [0] }),
    ],
    ["three dimensions", "shape", /shape must be/, () => run(two, inputs, { shape: [1, 2, 3] as Untyped })],
    ["one dimension", "shape", /shape must be \[rows, classes\]/, () => run(two, inputs, { shape: [6] })],
    [
      "a label out of range",
      "shape",
      /label 1 must be a class below 3 .* got 3/,
      () => run(two, { ...inputs, labels: [0, 3] }),
    ],
    ["a negative label", "shape", /label 0 must be .* got -1/, () => run(two, { ...inputs, labels: [-1, 0] })],
    ["a fraction of a label", "shape", /label 0 must be .* got 0.5/, () => run(two, { ...inputs, labels: [0.5, 0] })],
    [
      "rows of labels without a shape",
      "shape",
      /shape must be/,
      () => run(two, { ...inputs, labels: [1, 0, 0, 1, 0, 0] }),
    ],
    ["too few labels", "shape", /labels must have length/, () => run(two, inputs, { shape: [3, 2] })],
    [
      "class weights of another length",
      "shape",
      /classWeights must have length 3, got 2/,
      () => run(two, { ...inputs, classWeights: [1, 2] }),
    ],
    [
      "weights that are null",
      "shape",
      /weights must be an array, got null/,
      () => run(two, { ...inputs, weights: null }),
    ],
    [
      "class weights of residuals",
      "parameter",
      /input must be one of .* got "classWeights"/,
      () => run(squaredError(), { predictions: [1], targets: [1], classWeights: [1] }),
    ],
    [
      "class weights of rows of binary labels",
      "parameter",
      /classWeights must go with single elements/,
      () =>
        run(
          lossFromJSON({ loss: "zbce", params: { granularity: "sample", per: "batch" } }),
          { logits: [1, 2], labels: [0, 1], classWeights: [1, 2] },
          { shape: [1, 2] },
        ),
    ],
    ["element masks", "parameter", /granularity must be one of sample/, () => zMasked(two, { granularity: "element" })],
    [
      "the error as a statistic",
      "parameter",
      /statistic must be one of loss, logit, probability/,
      () => zMasked(two, { statistic: "error" }),
    ],
    [
      "a mask over probabilities of rows",
      "shape",
      /labels must be classes for statistic "probability"/,
      () =>
        run(zMasked(two, { statistic: "probability" }), { ...inputs, labels: [1, 0, 0, 1, 0, 0] }, { shape: [2, 3] }),
    ],
    [
      "an extra output of another family",
      "parameter",
      /an output must be one of/,
      () => run(squaredError(), { predictions: [1], targets: [1] }, { outputs: ["correct"] }),
    ],
    [
      "modifiers of a mask",
      "parameter",
      /symmetrized: the loss must be a class loss without a z-mask/,
      () => symmetrized(zMasked(two) as Untyped),
    ],
    [
      "modifiers of residuals",
      "parameter",
      /tempered: the loss must be a class loss/,
      () => tempered(squaredError() as Untyped, { alpha: 1 }),
    ],
    [
      "modifiers of nothing",
      "parameter",
      /smoothed: the loss must be a class loss/,
      () => smoothed(undefined as Untyped),
    ],
    [
      "normalizing a symmetrized loss",
      "parameter",
      /normalized: the loss must be positive/,
      () => normalized(symmetrized(two)),
    ],
    ["normalizing twice", "parameter", /normalized: the loss must be positive/, () => normalized(normalized(two))],
    [
      "normalizing a sum",
      "parameter",
      /normalized: the loss must be a single term/,
      () =>
        normalized(
          weightedSum([
            [1, two],
            [1, focal()],
          ]),
        ),
    ],
    [
      "a negative of a smoothed loss",
      "parameter",
      /must depend on the labelled class alone/,
      () => normalizedNegative(smoothed(two)),
    ],
    ["Huberizing twice", "parameter", /must be a base loss/, () => partiallyHuberized(partiallyHuberized(two))],
    ["tau of 1", "parameter", /tau must be a finite number above 1/, () => partiallyHuberized(two, { tau: 1 })],
    ["no alpha", "parameter", /tempered: alpha must .* got undefined/, () => tempered(two, {} as Untyped)],
    ["alpha of 0", "parameter", /tempered: alpha must .* got 0/, () => tempered(two, { alpha: 0 })],
    ["alphaMae at 0 without center", "parameter", /alpha must be above 0 without center/, () => alphaMae({ alpha: 0 })],
    [
      "a flag that is a number",
      "parameter",
      /detach must be true or false, got 1/,
      () => focal({ detach: 1 as Untyped }),
    ],
    ["sgce without q", "parameter", /sgce: q must .* got undefined/, () => sgce(undefined as Untyped)],
    ["an unknown parameter", "parameter", /sgce: parameter must be one of q, got "Q"/, () => sgce({ Q: 1 } as Untyped)],
    ["epsSoftmaxCe without m", "parameter", /m must .* got undefined/, () => epsilonSoftmaxCrossEntropy()],
    ["no parts", "parameter", /weightedSum: parts must be/, () => weightedSum([])],
    ["parts that are no pairs", "parameter", /weightedSum: parts must be/, () => weightedSum([two] as Untyped)],
    ["a weight that is NaN", "parameter", /a weight must be a finite number/, () => weightedSum([[NaN, two]])],
    [
      "JSON: a sum of nothing",
      "parameter",
      /of must be pairs/,
      () => lossFromJSON({ loss: "weightedSum", of: { loss: "ce" } }),
    ],
    [
      "JSON: a modifier of nothing",
      "parameter",
      /symmetrized must have a loss to modify/,
      () => lossFromJSON({ loss: "symmetrized" }),
    ],
    [
      "JSON: sym of a mask",
      "parameter",
      /symmetrized: the loss must be/,
      () => lossFromJSON({ loss: "sym", params: { base: "zmse" } }),
    ],
    [
      "JSON: combo without terms",
      "parameter",
      /weightedSum: parts must be/,
      () => lossFromJSON({ loss: "combo", params: {} }),
    ],
    [
      "JSON: a combo of numbers",
      "parameter",
      /keys must be an object/,
      () => lossFromJSON({ loss: "combo", params: { terms: [1] } }),
    ],
    [
      "a definition without its function",
      "parameter",
      /name must be letters/,
      () => defineClassLoss({ ...generalizedCrossEntropy.definition, name: "other" }),
    ],
  ]);
});

describe("JSON has the shortest form", () => {
  it.each([
    [symmetrized(crossEntropy()), { loss: "unhinged", params: {} }],
    [symmetrized(generalizedCrossEntropy()), { loss: "sgce", params: { q: 0.7 } }],
    [tempered(classAbsoluteError(), { alpha: 0.1 }), { loss: "alphaMae", params: { alpha: 0.1 } }],
    [
      tempered(symmetrized(classAbsoluteError()), { alpha: 2 }),
      { loss: "alphaMae", params: { alpha: 2, center: true } },
    ],
    [normalized(crossEntropy()), { loss: "nce", params: {} }],
    [normalized(focal({ gamma: 2, detach: true })), { loss: "nfl", params: { gamma: 2, detach: true } }],
    [normalizedNegative(focal({ detach: true })), { loss: "nnfl", params: {} }],
    [normalizedNegative(focal()), { loss: "nnfl", params: { detach: false } }],
    [smoothed(crossEntropy()), { loss: "labelSmoothing", params: {} }],
    [partiallyHuberized(generalizedCrossEntropy()), { loss: "phuberGce", params: {} }],
    [
      weightedSum([[2, normalized(focal())]]),
      { loss: "weightedSum", params: {}, of: [[2, { loss: "nfl", params: {} }]] },
    ],
    [symmetrized(focal()), { loss: "symmetrized", params: {}, of: { loss: "focal", params: {} } }],
  ] as [ClassLoss, LossSpec][])("%j", (loss, expected) => expect(JSON.parse(JSON.stringify(loss))).toEqual(expected));
});
