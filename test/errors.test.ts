// Every bad input, with its code and a message that says which loss, which rule and which value. No GPU.
import { describe, expect, it } from "vitest";
import {
  barron,
  binaryCrossEntropy,
  defineBinaryLoss,
  defineRegressionLoss,
  evaluate,
  huber,
  type Inputs,
  type Loss,
  type Options,
  quantile,
  squaredError,
  zbce,
  zMasked,
  zmse,
} from "../src/index.js";
import { expectLossError, throws, type Untyped } from "./support/errors.js";

const two = { predictions: [1, 2], targets: [0, 0] };
const binary = { logits: [1, -1], labels: [1, 0] };
const evaluated = (loss: Untyped, inputs: Untyped, options?: Untyped) => () => evaluate(loss, inputs, options);

describe("parameters of base losses", () => {
  throws([
    [
      "a value out of range",
      "parameter",
      /^huber: delta must be a finite number above 0, got -1/,
      () => huber({ delta: -1 }),
    ],
    ["zero", "parameter", /^huber: delta .* got 0/, () => huber({ delta: 0 })],
    ["NaN", "parameter", /^huber: delta .* got NaN/, () => huber({ delta: Number.NaN })],
    ["an infinity", "parameter", /^huber: delta .* got Infinity/, () => huber({ delta: Infinity })],
    ["a string", "parameter", /^huber: delta .* got "2"/, () => huber({ delta: "2" as Untyped })],
    ["null", "parameter", /^huber: delta .* got null/, () => huber({ delta: null as Untyped })],
    [
      "an unknown one",
      "parameter",
      /^huber: parameter must be one of delta, got "Delta"/,
      () => huber({ Delta: 2 } as Untyped),
    ],
    ["a number for the object", "parameter", /^huber: parameters must be an object, got 2/, () => huber(2 as Untyped)],
    [
      "null for the object",
      "parameter",
      /^huber: parameters must be an object, got null/,
      () => huber(null as Untyped),
    ],
    ["a required one left out", "parameter", /^barron: alpha must .* got undefined/, () => barron()],
    ["barron NaN", "parameter", /^barron: alpha .* got NaN/, () => barron({ alpha: Number.NaN })],
    ["quantile 1", "parameter", /^quantile: tau must lie strictly between 0 and 1, got 1/, () => quantile({ tau: 1 })],
    ["negative posWeight", "parameter", /^binaryCrossEntropy: posWeight/, () => binaryCrossEntropy({ posWeight: -1 })],
  ]);
});

describe("losses of one's own", () => {
  const good = { ...squaredError.definition, name: "mine", wgsl: "fn mine(r: f32) -> vec2f { return vec2f(r); }" };
  throws([
    [
      "a name with a space",
      "parameter",
      /name must be letters and digits/,
      () => defineRegressionLoss({ ...good, name: "my loss" }),
    ],
    [
      "an empty name",
      "parameter",
      /name must be letters and digits/,
      () => defineRegressionLoss({ ...good, name: "" }),
    ],
    [
      "WGSL of another name",
      "parameter",
      /^defineLoss: name must be letters and digits, and name a function in wgsl, got "other"/,
      () => defineRegressionLoss({ ...good, name: "other" }),
    ],
    [
      "binary, too",
      "parameter",
      /^defineLoss: name must be letters and digits, and name a function in wgsl, got "other"/,
      () => defineBinaryLoss({ ...binaryCrossEntropy.definition, name: "other" }),
    ],
  ]);
});

describe("zMasked", () => {
  const subject = /^zMasked\(squaredError\): /;
  const masked = (options: Untyped) => () => zmse(options);
  throws([
    [
      "threshold 0",
      "parameter",
      /^zMasked\(squaredError\): threshold must be a number above 0, got 0/,
      masked({ threshold: 0 }),
    ],
    ["a negative threshold", "parameter", /threshold must .* got -2/, masked({ threshold: -2 })],
    ["threshold NaN", "parameter", /threshold must .* got NaN/, masked({ threshold: Number.NaN })],
    ["threshold -Infinity", "parameter", /threshold must .* got -Infinity/, masked({ threshold: -Infinity })],
    ["a threshold as a string", "parameter", /threshold must .* got "2"/, masked({ threshold: "2" })],
    ["a threshold of null", "parameter", /threshold must .* got null/, masked({ threshold: null })],
    ["negative ddof", "parameter", /ddof must be a finite number of at least 0, got -1/, masked({ ddof: -1 })],
    ["infinite ddof", "parameter", /ddof must .* got Infinity/, masked({ ddof: Infinity })],
    ["negative eps", "parameter", /eps must be a finite number of at least 0, got -1/, masked({ eps: -1 })],
    ["eps NaN", "parameter", /eps must .* got NaN/, masked({ eps: Number.NaN })],
    [
      "an unknown option",
      "parameter",
      /option must be one of threshold, .* got "treshold"\. Check the spelling/,
      masked({ treshold: 2 }),
    ],
    ["another loss's option", "parameter", /option must be one of .* got "posWeight"/, masked({ posWeight: 2 })],
    ["options that are a number", "parameter", /options must be an object, got 2/, masked(2)],
    ["options that are null", "parameter", /options must be an object, got null/, masked(null)],
    [
      "a statistic of another family",
      "parameter",
      /statistic must be one of loss, error, got "logit"/,
      masked({ statistic: "logit" }),
    ],
    ["an unknown statistic", "parameter", /statistic must be one of .* got "median"/, masked({ statistic: "median" })],
    [
      "the error of logits",
      "parameter",
      /^zMasked\(binaryCrossEntropy\): statistic must .* got "error"/,
      () => zbce({ statistic: "error" }),
    ],
    ["classes of a regression", "parameter", /per must be one of batch, got "class"/, masked({ per: "class" })],
    ["an unknown group", "parameter", /per must be one of .* got "column"/, () => zbce({ per: "column" as Untyped })],
    [
      "granularity",
      "parameter",
      /granularity must be one of sample, element, got "row"/,
      masked({ granularity: "row" }),
    ],
    ["side", "parameter", /side must be one of both, upper, got "lower"/, masked({ side: "lower" })],
    [
      "a mask around a mask",
      "parameter",
      /^zMasked: the loss must be a base loss, .* zMasked is outermost and stands once/,
      () => zMasked(zmse() as Untyped),
    ],
    [
      "a mask around a factory",
      "parameter",
      /^zMasked: the loss must be a base loss, got function/,
      () => zMasked(squaredError as Untyped),
    ],
    [
      "a mask around nothing",
      "parameter",
      /^zMasked: the loss must be a base loss, got null/,
      () => zMasked(null as Untyped),
    ],
    [
      "an unknown option of zbce",
      "parameter",
      /^zMasked\(binaryCrossEntropy\): option/,
      () => zbce({ posweight: 2 } as Untyped),
    ],
    ["posWeight of zbce", "parameter", /^binaryCrossEntropy: posWeight/, () => zbce({ posWeight: -2 })],
  ]);
  it("names the loss", () => expectLossError(masked({ side: 1 }), "parameter", subject));
});

describe("evaluate", () => {
  throws([
    ["no loss", "parameter", /^loss: the loss must come from a factory, got undefined/, evaluated(undefined, two)],
    [
      "a factory for a loss",
      "parameter",
      /^loss: the loss must come from a factory, got function/,
      evaluated(squaredError, two),
    ],
    [
      "no inputs",
      "parameter",
      /^squaredError: inputs must be an object, got undefined/,
      evaluated(squaredError(), undefined),
    ],
    [
      "targets of another length",
      "shape",
      /^squaredError: targets must have length 2, got 1/,
      evaluated(squaredError(), { ...two, targets: [1] }),
    ],
    [
      "no targets",
      "shape",
      /^squaredError: targets must be an array, got undefined/,
      evaluated(squaredError(), { predictions: [1] }),
    ],
    [
      "a number for predictions",
      "shape",
      /^squaredError: predictions must be an array, got 3/,
      evaluated(squaredError(), { ...two, predictions: 3 }),
    ],
    [
      "a DataView",
      "shape",
      /predictions must be an array, got/,
      evaluated(squaredError(), { ...two, predictions: new DataView(new ArrayBuffer(8)) }),
    ],
    [
      "inputs of another family",
      "parameter",
      /^binaryCrossEntropy: input must be one of logits, labels/,
      evaluated(binaryCrossEntropy(), two),
    ],
    [
      "an unknown input",
      "parameter",
      /^squaredError: input must be one of .* got "weight"\. Check the spelling/,
      evaluated(squaredError(), { ...two, weight: [1, 1] }),
    ],
    [
      "a shape of another size",
      "shape",
      /^squaredError: predictions must have length 3, got 2/,
      evaluated(squaredError(), two, { shape: [3] }),
    ],
    [
      "a shape of 3 dimensions",
      "shape",
      /^squaredError: shape must be integers \[rows\] or \[rows, columns\] .* got \[1, 1, 2\]/,
      evaluated(squaredError(), two, { shape: [1, 1, 2] }),
    ],
    ["a shape of 0 dimensions", "shape", /shape must .* got \[\]/, evaluated(squaredError(), two, { shape: [] })],
    [
      "a fractional shape",
      "shape",
      /shape must be integers .* got \[0.5, 4\]/,
      evaluated(squaredError(), two, { shape: [0.5, 4] }),
    ],
    ["a negative shape", "shape", /shape must .* got \[-2, -1\]/, evaluated(squaredError(), two, { shape: [-2, -1] })],
    ["a shape of strings", "shape", /shape must .* got \["2"\]/, evaluated(squaredError(), two, { shape: ["2"] })],
    ["a number for a shape", "shape", /shape must .* got 2/, evaluated(squaredError(), two, { shape: 2 })],
    [
      "a shape beyond 2^32",
      "shape",
      /columns\] below 2\^32, got \[1048576, 1048576\]/,
      evaluated(squaredError(), two, { shape: [2 ** 20, 2 ** 20] }),
    ],
    [
      "rows scored per class",
      "shape",
      /^zMasked\(binaryCrossEntropy\): samples must be single elements for per: "class", got \[1, 2\]\. Use granularity: "element"/,
      evaluated(zbce({ granularity: "sample" }), binary, { shape: [1, 2] }),
    ],
    [
      "weights of another length",
      "shape",
      /^squaredError: weights must have length 2, got 3/,
      evaluated(squaredError(), { ...two, weights: [1, 1, 1] }),
    ],
    [
      "weights per element of rows",
      "shape",
      /^zMasked\(squaredError\): weights must have length 1, got 2/,
      evaluated(zmse(), { ...two, weights: [1, 1] }, { shape: [1, 2] }),
    ],
    [
      "a number for weights",
      "shape",
      /weights must be an array, got 1/,
      evaluated(squaredError(), { ...two, weights: 1 }),
    ],
    [
      "an upstream vector of a mean",
      "shape",
      /upstream must have length 1, got 2\. The reduction is "mean"/,
      evaluated(squaredError(), { ...two, upstream: [1, 1] }),
    ],
    [
      "a short upstream vector",
      "shape",
      /upstream must have length 2, got 1/,
      evaluated(squaredError(), { ...two, upstream: [1] }, { reduction: "none" }),
    ],
    [
      "a string for upstream",
      "shape",
      /upstream must be an array, got "1"/,
      evaluated(squaredError(), { ...two, upstream: "1" }),
    ],
    [
      "an unknown option",
      "parameter",
      /^squaredError: option must be one of .* got "reduce"\. Check the spelling/,
      evaluated(squaredError(), two, { reduce: "sum" }),
    ],
    [
      "options of null",
      "parameter",
      /^squaredError: options must be an object, got null/,
      evaluated(squaredError(), two, null),
    ],
    [
      "an unknown reduction",
      "parameter",
      /reduction must be one of mean, sum, none, got "avg"/,
      evaluated(squaredError(), two, { reduction: "avg" }),
    ],
    [
      "an unknown policy",
      "parameter",
      /nonFinite must be one of propagate, omit, got "skip"/,
      evaluated(squaredError(), two, { nonFinite: "skip" }),
    ],
    [
      "a fractional ignoreIndex",
      "parameter",
      /ignoreIndex must be an integer within 2\^24, got 0.5/,
      evaluated(binaryCrossEntropy(), binary, { ignoreIndex: 0.5 }),
    ],
    [
      "an ignoreIndex beyond float32",
      "parameter",
      /ignoreIndex must be an integer within 2\^24/,
      evaluated(binaryCrossEntropy(), binary, { ignoreIndex: 2 ** 25 }),
    ],
    [
      "an unknown output",
      "parameter",
      /an output must be one of .* got "grad"/,
      evaluated(squaredError(), two, { outputs: ["grad"] }),
    ],
    [
      "a label of 2",
      "shape",
      /^binaryCrossEntropy: label 1 must be 0, 1 or ignoreIndex \(-100\), got 2\. Mark what to leave out by ignoreIndex/,
      evaluated(binaryCrossEntropy(), { ...binary, labels: [0, 2] }),
    ],
    ["a label of NaN", "shape", /label 0 must .* got NaN/, evaluated(zbce(), { ...binary, labels: [Number.NaN, 1] })],
    ["a soft label", "shape", /label 0 must .* got 0.5/, evaluated(zbce(), { ...binary, labels: [0.5, 1] })],
    [
      "the default ignoreIndex when there is another",
      "shape",
      /ignoreIndex \(-1\), got -100/,
      evaluated(zbce(), { ...binary, labels: [-100, 1] }, { ignoreIndex: -1 }),
    ],
  ]);
});

describe("given statistics", () => {
  const group = { column: 0, class: 0, mean: 0, standardDeviation: 1 };
  const given = (groups: Untyped, loss: Loss = zmse()) => evaluated(loss, { ...two, givenStatistics: groups });
  throws([
    [
      "without a mask",
      "parameter",
      /^squaredError: givenStatistics must go with zMasked/,
      given([group], squaredError()),
    ],
    ["not an array", "shape", /givenStatistics must be an array, got object/, given(group)],
    [
      "of another column",
      "shape",
      /a given group must be .*, and finite, got \[1, 0/,
      given([{ ...group, column: 1 }]),
    ],
    ["of another class", "shape", /got \[0, 1, 0/, given([{ ...group, class: 1 }])],
    ["of a fractional column", "shape", /got \[0.5, 0, /, given([{ ...group, column: 0.5 }])],
    ["of no group", "shape", /got \[undefined, undefined, /, given([null])],
    ["with a NaN", "parameter", /a given group must be .* finite, got/, given([{ ...group, mean: Number.NaN }])],
    ["with no deviation", "parameter", /got \[0, 0, 0, null\]/, given([{ ...group, standardDeviation: null }])],
    ["with a negative deviation", "parameter", /got \[0, 0, 0, -1\]/, given([{ ...group, standardDeviation: -1 }])],
  ]);
});

describe("what is no error", () => {
  it.each([zmse(), zbce(), squaredError(), binaryCrossEntropy()])("an empty batch of $name $base.name", (loss) => {
    const inputs = (
      loss.family === "regression" ? { predictions: [], targets: [] } : { logits: [], labels: [] }
    ) as Inputs;
    for (const shape of [[0], [0, 3], [4, 0]] as const) {
      const result = evaluate(loss as Loss, inputs, { shape });
      expect(result).toMatchObject({ loss: 0, count: 0, weightSum: 0, warnings: [] });
      expect(result.gradient).toHaveLength(0);
      for (const group of result.statistics ?? [])
        expect(group).toMatchObject({ mean: 0, standardDeviation: 0, n: 0, inliers: 0 });
    }
  });

  it("a mask that keeps nothing", () => {
    const inputs = { predictions: [0, 0, 2, 2], targets: [0, 0, 0, 0] };
    const result = evaluate(zmse({ threshold: 0.5 }), inputs);
    expect(result).toMatchObject({ loss: 0, count: 0, weightSum: 0 });
    expect([...result.gradient!, ...result.mask!]).toEqual(Array(8).fill(0));
  });

  it("weights that add up to 0", () => {
    for (const loss of [squaredError(), zmse()]) {
      const result = evaluate(loss, { ...two, weights: [0, 0] });
      expect(result).toMatchObject({ loss: 0, count: 0, weightSum: 0 });
      expect([...result.gradient!]).toEqual([0, 0]);
    }
  });

  it("labels that are all ignored", () => {
    const result = evaluate(zbce(), { logits: [1, Number.NaN], labels: [-100, -100] });
    expect(result).toMatchObject({ loss: 0, count: 0, warnings: [] });
    expect([...result.gradient!]).toEqual([0, 0]);
  });
});

describe("a threshold that can never fire is named in warnings", () => {
  const warnings = (n: number, options: Untyped = {}, inputs: Untyped = {}) =>
    evaluate(zmse(options), {
      predictions: Array.from({ length: n }, (_, i) => i),
      targets: Array(n).fill(0),
      ...inputs,
    }).warnings;
  it("5 samples at 2", () => {
    expect(warnings(5)).toHaveLength(1);
    expect(warnings(5)[0]).toMatch(
      /^zMasked\(squaredError\): threshold 2 never masks: .* 5 samples .* 1\.789\. Lower it\.$/,
    );
    expect(warnings(6)).toEqual([]); // at most 2.041
    expect(warnings(1)).toHaveLength(1);
  });
  it("depends on threshold and ddof", () => {
    expect(warnings(5, { threshold: 1.7 })).toEqual([]);
    expect(warnings(5, { ddof: 0 })).toHaveLength(1); // at most sqrt(4) = 2: reached, never exceeded
    expect(warnings(6, { ddof: 0 })).toEqual([]);
    expect(warnings(5, { threshold: Infinity })).toEqual([]); // on purpose
    expect(warnings(5, {}, { givenStatistics: [{ column: 0, class: 0, mean: 0, standardDeviation: 1 }] })).toEqual([]);
  });
  it("per class and column", () => {
    // Column 0: 3 negatives and 6 positives; column 1 has no positive at all.
    const labels = Array.from({ length: 18 }, (_, i) => (i % 2 === 0 && i >= 6 ? 1 : 0));
    const { warnings } = evaluate(zbce(), { logits: labels.map((_, i) => Math.sin(i)), labels }, { shape: [9, 2] });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^zMasked\(binaryCrossEntropy\): threshold 2 .* in column 0, class 0: .* 3 samples/);
  });
});

it("options that are left undefined count as absent", () => {
  const options: Options = { reduction: undefined, shape: undefined, outputs: undefined };
  expect(evaluate(zmse({ threshold: undefined }), two, options).loss).toBe(evaluate(zmse(), two).loss);
});
