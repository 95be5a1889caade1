// The lab's panel on curves: every loss and modifier is drawn as it is, sliders keep to the rules, and addresses bring losses back.
import { describe, expect, it, test } from "vitest";
import { addressOf, readAddress } from "../demo/panels/curves/address.js";
import {
  baseOf,
  bases,
  choiceOf,
  choose,
  drawable,
  modifiers,
  modifiersOf,
  specOf,
} from "../demo/panels/curves/catalog.js";
import { facts, summarize } from "../demo/panels/curves/describe.js";
import { initialValue, isFlag, rangeOf } from "../demo/panels/curves/range.js";
import { report } from "../demo/panels/curves/report.js";
import { type Axis, curvesOf, logitOf, sampleAt, standardAxis } from "../demo/panels/curves/sample.js";
import { huber, type Loss, type LossSpec, losses, lossFromJSON, squaredError, trimmed, zmse } from "../src/index.js";

type Given = { readonly spec: LossSpec; readonly loss: Loss };
const page = "http://localhost:5173/?engine=cpu&loss=old#part";
const choices = bases.flatMap((base) => [choose(base), ...modifiersOf(base).map((name) => choose(base, name))]);
const named = choices.map((choice) => [facts(choice)[0][1], choice] as const);

test("the list is the one of the package, with a modifier of regression losses and four of class losses", () => {
  expect(bases.map(({ id }) => id)).toEqual(losses.map(({ definition }) => definition.id));
  expect(choices.length).toBe(24 + 11 + 4 * 12);
});

describe.each(named)("%s", (_, choice) => {
  it("comes back from its address", () => {
    const spec = specOf(choice);
    const read = readAddress(addressOf(spec, page));
    if (!(read && "loss" in read)) throw new Error("no loss");
    expect(JSON.stringify(read.loss)).toBe(JSON.stringify(lossFromJSON(spec)));
    expect(choiceOf(read.spec)).toEqual(choice);
  });

  it("has the slope that its values have", () => {
    const loss = lossFromJSON(specOf(choice));
    const h = 1e-5;
    const kinks = choice.base.traits.kinks?.(choice.parameters as never) ?? [];
    for (const label of loss.family === "binary" ? ([0, 1] as const) : ([1] as const)) {
      const axis: Axis = { ...standardAxis, label };
      const x = [-3.3, -0.7, 0.4, 2.6].filter((at) => kinks.every((kink) => Math.abs(kink - at) > 2 * h));
      const { slope } = sampleAt(loss, x, axis);
      const [above, below] = [h, -h].map(
        (step) =>
          sampleAt(
            loss,
            x.map((at) => at + step),
            axis,
          ).value,
      );
      for (const i of x.keys()) expect(slope[i]).toBeCloseTo((above[i] - below[i]) / (2 * h), 5);
    }
  });

  it("has sliders within its rules", () => {
    const definitions = { ...choice.base.parameters, ...(choice.modifier && modifiers[choice.modifier].parameters) };
    for (const definition of Object.values(definitions)) {
      const initial = initialValue(definition);
      expect(isFlag(definition)).toBe(typeof initial === "boolean");
      if (isFlag(definition)) continue;
      expect(definition.rule.test(initial as number)).toBe(true);
      const { min, max, step } = rangeOf(definition);
      const positions = Math.round((max - min) / step);
      expect(positions).toBeGreaterThan(8);
      for (let i = 0; i <= positions; i++) expect(definition.rule.test(min + i * step)).toBe(true);
    }
  });
});

test("ranges follow from rules", () => {
  const of = (id: string, name: string) => rangeOf(baseOf(id)!.parameters[name]);
  expect(of("huber", "delta")).toEqual({ min: 0.05, max: 10, step: 0.05, infinite: false });
  expect(of("gce", "q")).toEqual({ min: 0, max: 1, step: 0.01, infinite: false });
  expect(of("quantile", "tau")).toEqual({ min: 0.01, max: 0.99, step: 0.01, infinite: false });
  expect(of("tce", "t")).toEqual({ min: 1, max: 10, step: 1, infinite: false });
  expect(of("barron", "alpha")).toEqual({ min: -10, max: 10, step: 0.05, infinite: true });
});

describe("addresses", () => {
  const read = (loss: string) => readAddress(`http://localhost/?loss=${encodeURIComponent(loss)}`);
  const problemOf = (loss: string) => (read(loss) as { problem: string }).problem;

  it("keep everything else, and may have no loss", () => {
    const address = new URL(addressOf(huber({ delta: 2 }).toJSON(), page));
    expect([address.searchParams.get("engine"), address.hash]).toEqual(["cpu", "#part"]);
    expect(address.searchParams.getAll("loss")).toEqual(['{"loss":"huber","params":{"delta":2}}']);
    expect(readAddress("http://localhost/")).toBeUndefined();
  });

  it("that are bad give a sentence", () => {
    expect(problemOf("")).toMatch(/^it is no JSON/);
    expect(problemOf("{")).toMatch(/^it is no JSON/);
    expect(problemOf("null")).toContain("the spec must be an object");
    expect(problemOf('{"loss":"<img src=x onerror=alert(1)>"}')).toContain("loss must be one of mse");
    expect(problemOf('{"loss":"huber","params":{"delta":-1}}')).toBe(
      "huber: delta must be a finite number above 0, got -1. See its documentation.",
    );
    expect(problemOf('{"loss":"__proto__"}')).toContain("loss must be one of");
    expect(problemOf(`{"loss":"${"x".repeat(5000)}"}`).length).toBeLessThan(310);
    const deep = `${'{"loss":"symmetrized","of":'.repeat(20_000)}{"loss":"ce"}${"}".repeat(20_000)}`;
    expect(problemOf(deep)).toMatch(/\w/);
  });

  it("bring back losses that the form cannot express", () => {
    const spec = {
      loss: "weightedSum",
      of: [
        [1, { loss: "nce" }],
        [4, { loss: "mae" }],
      ],
    };
    const given = read(JSON.stringify(spec)) as Given;
    expect(choiceOf(given.spec)).toBeUndefined();
    expect(curvesOf(given.loss, standardAxis).value.length).toBe(401);
    expect(choiceOf({ loss: "lai", params: { lambda: 1, aggregate: "norm" }, of: { loss: "mse" } })).toBeUndefined();
    const features = { lambda: 1, aggregate: "feature", feature: 1e9 };
    const many = lossFromJSON({ loss: "lai", params: features, of: { loss: "mse" } });
    expect(() => curvesOf(many, standardAxis)).toThrow("1000000001 features has too many to be drawn");
    const lambdas = lossFromJSON({ loss: "lai", params: { lambda: [1, 2] }, of: { loss: "mse" } });
    expect(curvesOf(lambdas, standardAxis).slope.length).toBe(401);
  });

  it("of infinite parameters go there and back", () => {
    const choice = { ...choose(baseOf("barron")!), parameters: { alpha: Number.NEGATIVE_INFINITY, c: 2 } };
    const there = readAddress(addressOf(specOf(choice), page)) as Given;
    expect(choiceOf(there.spec)).toEqual(choice);
  });
});

test("a mask draws what it goes around", () => {
  for (const loss of [zmse(), trimmed(squaredError(), { fraction: 0.1 })]) {
    expect(drawable(loss).name).toBe("squaredError");
    expect(sampleAt(loss, [3], standardAxis)).toEqual({ value: [9], slope: [6] });
  }
});

test("probabilities and logits are two names of one place", () => {
  const loss = lossFromJSON({ loss: "ce" });
  const { value } = sampleAt(loss, [logitOf(0.25, 5)], { ...standardAxis, classes: 5 });
  expect(value[0]).toBeCloseTo(-Math.log(0.25), 9);
  const { value: curve } = curvesOf(loss, { ...standardAxis, quantity: "probability" });
  for (const [p, y] of curve) expect(y).toBeCloseTo(-Math.log(p), 9);
  expect(summarize(loss, { ...standardAxis, quantity: "probability" })).toContain("At probability 0.1: value 2.3,");
});

test("what overflows is left out of a curve", () => {
  const steep = lossFromJSON({ loss: "barron", params: { alpha: "Infinity", c: 0.05 } });
  const { value } = curvesOf(steep, standardAxis);
  expect(value.length).toBeLessThan(401);
  expect(value.every(([, y]) => Number.isFinite(y))).toBe(true);
});

test("the report has every loss once, without a cell that is no number", () => {
  const { tables } = report();
  expect(tables.flatMap(({ rows }) => rows.map(({ cells }) => cells[0]))).toEqual(bases.map(({ id }) => id));
  for (const { rows } of tables) for (const { cells } of rows) expect(cells.join()).not.toContain("NaN");
  const [regression] = tables;
  expect(regression.rows.find(({ cells }) => cells[0] === "huber")?.cells.slice(2)).toEqual([
    "0.5",
    "1",
    "5.5",
    "1",
    "yes",
    "yes",
  ]);
});
