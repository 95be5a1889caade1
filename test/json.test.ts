// Losses as JSON: what is refused, and what goes there and back.
import { describe, expect, it } from "vitest";
import { barron, huber, type Loss, type LossSpec, lai, lossFromJSON, zbce, zMasked, zmse } from "../src/index.js";
import { expectLossError, throws, type Untyped } from "./support/errors.js";
import { elementLosses } from "./support/losses.js";

describe("JSON that is no loss", () => {
  const read = (spec: unknown) => () => lossFromJSON(spec as LossSpec);
  const parsed = (text: string) => read(JSON.parse(text));
  throws([
    ["null", "parameter", /^lossFromJSON: the spec must be an object .* got null/, read(null)],
    ["nothing", "parameter", /^lossFromJSON: the spec must .* got undefined/, read(undefined)],
    ["a number", "parameter", /^lossFromJSON: the spec must .* got 3/, read(3)],
    ["a string", "parameter", /^lossFromJSON: the spec must .* got "mse"/, read("mse")],
    ["an array", "parameter", /^lossFromJSON: the spec must .* got \["mse"\]/, read(["mse"])],
    ["an empty object", "parameter", /^lossFromJSON: loss must be an id .* got undefined/, read({})],
    ["a loss that is no string", "parameter", /^lossFromJSON: loss must be an id .* got 1/, read({ loss: 1 })],
    [
      "an unknown id",
      "parameter",
      /^lossFromJSON: loss must be one of mse, .* got "squaredErrorr"/,
      read({ loss: "squaredErrorr" }),
    ],
    [
      "an id from Object.prototype",
      "parameter",
      /^lossFromJSON: loss must be one of .* got "constructor"/,
      read({ loss: "constructor" }),
    ],
    [
      "__proto__ for an id",
      "parameter",
      /^lossFromJSON: loss must be one of .* got "__proto__"/,
      read({ loss: "__proto__" }),
    ],
    [
      "an unknown key",
      "parameter",
      /^lossFromJSON: key must be one of loss, params, of, got "parameters"/,
      read({ loss: "mse", parameters: {} }),
    ],
    [
      "a __proto__ key",
      "parameter",
      /^lossFromJSON: key must be .* got "__proto__"/,
      parsed('{"loss":"mse","__proto__":{"polluted":1}}'),
    ],
    [
      "a constructor key",
      "parameter",
      /^lossFromJSON: key must be .* got "constructor"/,
      parsed('{"loss":"mse","constructor":{"prototype":{"polluted":1}}}'),
    ],
    [
      "a __proto__ parameter",
      "parameter",
      /got "__proto__"/,
      parsed('{"loss":"huber","params":{"__proto__":{"polluted":1}}}'),
    ],
    ["a constructor parameter", "parameter", /got "constructor"/, parsed('{"loss":"zmse","params":{"constructor":1}}')],
    [
      "an unknown parameter",
      "parameter",
      /a parameter of "huber" must be one of delta, got "Delta"/,
      read({ loss: "huber", params: { Delta: 1 } }),
    ],
    [
      "a parameter of a loss without",
      "parameter",
      /a parameter of "mse" must be one of \(none\), got "c"/,
      read({ loss: "mse", params: { c: 1 } }),
    ],
    [
      "another preset's name",
      "parameter",
      /a parameter of "zmse" must .* got "space"/,
      read({ loss: "zmse", params: { space: "prob" } }),
    ],
    [
      "a parameter given twice",
      "parameter",
      /a parameter of "zmse" must be given once, got "statistic"/,
      read({ loss: "zmse", params: { statOn: "loss", statistic: "error" } }),
    ],
    ["a required parameter left out", "parameter", /^barron: alpha must .* got undefined/, read({ loss: "barron" })],
    [
      "a parameter out of range",
      "parameter",
      /^huber: delta must .* got 0/,
      read({ loss: "huber", params: { delta: 0 } }),
    ],
    [
      "a parameter as a string",
      "parameter",
      /^huber: delta must .* got "1"/,
      read({ loss: "huber", params: { delta: "1" } }),
    ],
    [
      "an infinity where none may be",
      "parameter",
      /^huber: delta must .* got Infinity/,
      read({ loss: "huber", params: { delta: "Infinity" } }),
    ],
    [
      "NaN as JSON writes it",
      "parameter",
      /^huber: delta must .* got null/,
      parsed(JSON.stringify({ loss: "huber", params: { delta: Number.NaN } })),
    ],
    [
      "a parameter that is an array",
      "parameter",
      /^huber: delta must .* got \[1\]/,
      read({ loss: "huber", params: { delta: [1] } }),
    ],
    [
      "a parameter that is an object",
      "parameter",
      /^huber: delta must .* got object/,
      read({ loss: "huber", params: { delta: {} } }),
    ],
    [
      "params that are null",
      "parameter",
      /params of "huber" must be an object, got null/,
      read({ loss: "huber", params: null }),
    ],
    [
      "params that are an array",
      "parameter",
      /params of "huber" must be an object, got \[1\]/,
      read({ loss: "huber", params: [1] }),
    ],
    [
      "params that are a number",
      "parameter",
      /params of "huber" must be an object, got 1/,
      read({ loss: "huber", params: 1 }),
    ],
    [
      "of with a base loss",
      "parameter",
      /of must stand with a modifier, got "mse"/,
      read({ loss: "mse", of: { loss: "l1" } }),
    ],
    [
      "of with a preset",
      "parameter",
      /of must stand with a modifier, got "zmse"/,
      read({ loss: "zmse", of: { loss: "l1" } }),
    ],
    ["of that is null", "parameter", /^lossFromJSON: the spec must .* got null/, read({ loss: "zMasked", of: null })],
    [
      "of that is an array",
      "parameter",
      /^lossFromJSON: the spec must .* got \[\[1, object\]\]/,
      read({ loss: "zMasked", of: [[1, { loss: "mse" }]] }),
    ],
    ["zMasked of nothing", "parameter", /zMasked must have a loss to modify/, read({ loss: "zMasked" })],
    [
      "zMasked twice",
      "parameter",
      /^zMasked: the loss must be a base loss/,
      read({ loss: "zMasked", of: { loss: "zmse" } }),
    ],
    [
      "a bad option of zMasked",
      "parameter",
      /^zMasked\(huber\): threshold must .* got "2"/,
      read({ loss: "zMasked", params: { threshold: "2" }, of: { loss: "huber" } }),
    ],
    [
      "a bad option of zbce",
      "parameter",
      /statistic must be one of .* got "probs"/,
      read({ loss: "zbce", params: { space: "probs" } }),
    ],
  ]);
  it("leaves prototypes alone", () => {
    expectLossError(parsed('{"loss":"huber","params":{"__proto__":{"polluted":1}}}'), "parameter", /./);
    expect(({} as Untyped).polluted).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe("JSON of a loss", () => {
  it.each([
    [zmse(), { loss: "zmse", params: {} }],
    [zmse({ statistic: "error", threshold: 1.5 }), { loss: "zmse", params: { threshold: 1.5, statistic: "error" } }],
    [zmse({ threshold: Infinity }), { loss: "zmse", params: { threshold: "Infinity" } }],
    [zMasked(huber({ delta: 2 })), { loss: "zMasked", params: {}, of: { loss: "huber", params: { delta: 2 } } }],
    [huber(), { loss: "huber", params: {} }],
    [
      lai(huber(), { lambda: [0.5, 2] }),
      { loss: "lai", params: { lambda: [0.5, 2] }, of: { loss: "huber", params: {} } },
    ],
    [barron({ alpha: -Infinity }), { loss: "barron", params: { alpha: "-Infinity" } }],
    [
      zbce({ posWeight: 3, statistic: "probability" }),
      { loss: "zbce", params: { posWeight: 3, statistic: "probability" } },
    ],
  ] as [Loss, LossSpec][])("%j", (loss, expected) => expect(JSON.parse(JSON.stringify(loss))).toEqual(expected));

  /** Two values of every parameter that its rule allows; the second is never the default. */
  const values = [0.25, 3, -1.5, -Infinity, Infinity];
  const variants = elementLosses.flatMap((factory) => {
    const { parameters } = factory.definition as { parameters: Record<string, { rule: { test(x: number): boolean } }> };
    return values.map((value) => {
      const allowed = Object.entries(parameters).map(([name, { rule }]) => [name, rule.test(value) ? value : 0.75]);
      return (factory as (p: object) => Loss)(Object.fromEntries(allowed));
    });
  });
  const options = [
    {},
    { threshold: 1.25, ddof: 0, eps: 1e-3, side: "upper" },
    { threshold: Infinity, statistic: "loss", per: "batch", granularity: "element" },
    { granularity: "sample" },
  ] as const;
  const all = variants.flatMap((loss) => [loss, ...options.map((o) => zMasked(loss as never, o) as Loss)]);
  it(`round trip of ${all.length} losses`, () => {
    for (const loss of all) {
      const back = lossFromJSON(JSON.parse(JSON.stringify(loss)));
      const plain = (l: Loss) => ({ ...l, toJSON: 0, base: "base" in l && { ...l.base, toJSON: 0 } });
      expect(plain(back)).toEqual(plain(loss));
    }
  });

  it.each([
    [{ loss: "lai", params: { base: "mae", lambda: 2 } }, "lai(absoluteError)"],
    [{ loss: "lai", params: { base: "mse", mseFactor: "plain", lambda: 2 } }, "lai(squaredError, plain)"],
    [{ loss: "lai", params: { base: "mse", mseFactor: "squared", lambda: 2 } }, "lai(squaredError)"],
    [{ loss: "laiMse", params: { lambda: 2, aggregate: "feature", feature: 1 } }, "lai(squaredError, feature 1)"],
    [{ loss: "zMasked", of: { loss: "laiMae", params: { lambda: [1, 2] } } }, "lai(absoluteError, 2 lambdas)"],
  ] as [LossSpec, string][])("%j comes back", (spec, name) => {
    const loss = lossFromJSON(spec);
    expect("base" in loss ? loss.base.name : loss.name).toBe(name);
    expect(JSON.stringify(lossFromJSON(JSON.parse(JSON.stringify(loss))))).toBe(JSON.stringify(loss));
  });

  it("losses are frozen data", () => {
    const loss = zmse() as Untyped;
    expect(Object.isFrozen(loss) && Object.isFrozen(loss.parameters) && Object.isFrozen(loss.base)).toBe(true);
  });
});
