// JSON from anywhere: whatever it holds, there is a loss or a LossError, and kernels hold none of its text. fast-check prints seed and
// counterexample when that does not hold; JSON_CASES=20000 tries more.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BaseLoss, type Loss, LossError, type LossSpec, lossFromJSON, trimmed, zMasked } from "../src/index.js";
import {
  binaryStructure,
  classStructure,
  type Draw,
  drawn,
  laiStructure,
  regressionStructure,
} from "./support/algebra.js";
import { type Random, random } from "./support/data.js";
import { expectLossError, type Untyped } from "./support/errors.js";
import { choicesOf, environment } from "./support/fuzz.js";
import { kernelTexts } from "./support/kernels.js";

const numRuns = Number(environment("JSON_CASES") ?? 700);

/** What no kernel may hold. */
const marker = "marker_7f3a";
const wgsl = `x){return vec2f();} fn ${marker}(r: f32) -> vec2f { return vec2f(r); } //`;

/** The spec of a loss of the algebra. */
function specOf(seed: number): LossSpec {
  const next = random(seed);
  const { pick } = choicesOf(next);
  const structure = pick<(more: Random) => Draw<BaseLoss>>(
    classStructure,
    classStructure,
    regressionStructure,
    binaryStructure,
    (more) => laiStructure(more, 3),
  );
  const base = drawn(structure(next), next);
  if (!base) return specOf(seed + 1);
  const mask = pick<undefined | (() => Loss)>(
    undefined,
    () => zMasked(base, { threshold: pick(1, Infinity) }),
    () => trimmed(base, { fraction: 0.25 }),
  );
  return JSON.parse(JSON.stringify(mask ? mask() : base));
}

const hostileText = fc.constantFrom(
  ...[marker, wgsl, "", "__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "NaN"],
  ...["Infinity", "-Infinity", "mse", "ce", "lai", "sym", "combo", "zmse", "weightedSum", "loss", "base", "terms"],
);
const hostileNumber = fc.constantFrom(0, -0, -1, 0.5, 1e308, -1e308, 5e-324, 2 ** 53, NaN, Infinity, -Infinity);
const plain = fc.oneof(hostileText, hostileNumber, fc.constantFrom<unknown>(null, true, false, undefined), fc.double());
const { value: hostile } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, plain, fc.array(tie("value"), { maxLength: 3 }), tie("object")),
  // As JSON.parse makes it: "__proto__" is a key like any other.
  object: fc
    .array(fc.tuple(hostileText, tie("value")), { maxLength: 3 })
    .map((entries) => entries.reduce<object>((made, [key, value]) => define(made, key, value), {})),
}));

function define(object: object, key: string, value: unknown): object {
  return Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

type Holder = Record<string, unknown>;

/** All objects and arrays of a spec. */
const holdersOf = (value: unknown): Holder[] =>
  value === Object(value) ? [value as Holder, ...Object.values(value as Holder).flatMap(holdersOf)] : [];

type Change = readonly [where: number, which: number, how: number, key: string, value: unknown];
const change = fc.tuple(fc.nat(), fc.nat(), fc.nat(4), hostileText, hostile);

/** One place of a spec becomes something else. */
function changed(spec: LossSpec, [where, which, how, key, value]: Change): LossSpec {
  const holders = holdersOf(spec);
  const holder = holders[where % holders.length];
  const keys = Object.keys(holder);
  const own = keys[which % keys.length];
  if (how === 0 || own === undefined) define(holder, key, value);
  else if (how === 1) delete holder[own];
  else if (how === 2 && !Array.isArray(holder)) {
    const moved = holder[own];
    delete holder[own];
    define(holder, key, moved);
  } else define(holder, own, value);
  return spec;
}

/** The loss of a spec, or undefined where it is refused as it has to be. */
function read(spec: unknown): Loss | undefined {
  try {
    return lossFromJSON(spec as LossSpec);
  } catch (error) {
    if (error instanceof LossError && error.code === "parameter" && error.message.length < 2000) return undefined;
    throw error;
  }
}

/** Throws where a loss that was read is not sound. */
async function expectSound(loss: Loss): Promise<void> {
  const text = JSON.stringify(loss);
  expect(JSON.stringify(lossFromJSON(JSON.parse(text)))).toBe(text);
  const base = "base" in loss ? loss.base : loss;
  const lambda = (base.parameters as { lambda?: unknown }).lambda;
  const slopes = "of" in base && { slopes: Array.isArray(lambda) ? lambda.length : 3 };
  const shape = loss.family === "class" ? ([8, 5] as const) : ([8] as const);
  const texts = await kernelTexts(loss, { shape, ...slopes });
  expect(texts.length).toBeGreaterThan(0);
  for (const code of texts) expect(code.includes(marker)).toBe(false);
}

/** Own names of what a polluted prototype would show. */
const prototypes = () => [Object.prototype, Array.prototype, Function.prototype].map(Object.getOwnPropertyNames);

describe("JSON from anywhere", () => {
  const before = prototypes();

  it(`${numRuns} specs with a few hostile places`, async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(1e6), fc.array(change, { maxLength: 2 }), async (seed, changes) => {
        const loss = read(changes.reduce(changed, specOf(seed)));
        if (!loss) return;
        accepted++;
        await expectSound(loss);
      }),
      { numRuns },
    );
    // Some are left as they are, or hardly changed: this is not a test of refusals alone.
    expect(accepted).toBeGreaterThan(numRuns / 10);
    expect(accepted).toBeLessThan(numRuns);
    expect(prototypes()).toEqual(before);
  });

  it(`${numRuns} values that are no specs`, () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.anything({ withBigInt: true, withDate: true, withMap: true })), (value) => {
        read(value);
        read({ loss: "zmse", params: value });
        read({ loss: "combo", params: { terms: value } });
        read({ loss: "sym", params: { base: value, params: value } });
        read({ loss: "weightedSum", of: [[1, value]] });
        read({ loss: "zMasked", of: value });
      }),
      { numRuns },
    );
    expect(prototypes()).toEqual(before);
  });

  it("kernels hold nothing of the spec but what the library itself has a word for", async () => {
    // Every text of a spec that is accepted is one of these.
    const known = /^(mean|feature|norm|plain|loss|error|logit|probability|batch|class|sample|element|both|upper)$/;
    const words = new Set(["moments", "median", "Infinity", "-Infinity"]);
    fc.assert(
      fc.property(fc.nat(1e6), (seed) => {
        for (const holder of holdersOf(specOf(seed))) {
          for (const [key, value] of Object.entries(holder)) {
            if (typeof value !== "string" || key === "loss") continue;
            expect(known.test(value) || words.has(value), value).toBe(true);
          }
        }
      }),
    );
  });

  const nested = (depth: number, around: (of: unknown) => unknown) => {
    let spec: unknown = { loss: "ce" };
    for (let i = 0; i < depth; i++) spec = around(spec);
    return spec as LossSpec;
  };
  const deep: [string, (of: unknown) => unknown][] = [
    ["modifiers", (of) => ({ loss: "symmetrized", of })],
    ["sums", (of) => ({ loss: "weightedSum", of: [[1, of]] })],
    ["parameters", (params) => ({ loss: "sym", params })],
    ["terms", (of) => ({ loss: "combo", params: { terms: [{ weight: 1, loss: "symmetrized", of }] } })],
    ["arrays", (of) => [of]],
  ];
  it.each(deep)("%s that nest 100,000 deep are refused, not a stack overflow", (_, around) => {
    const limit = /^lossFromJSON: the spec must nest at most 64 deep .* got "more"/;
    expectLossError(() => lossFromJSON(nested(100_000, around)), "parameter", limit);
  });

  it("a sum of sums of sums, with a million terms, is refused at once", () => {
    const wide = (of: unknown) => ({ loss: "weightedSum", of: Array.from({ length: 8 }, () => [1, of]) });
    expectLossError(() => lossFromJSON(nested(7, wide)), "parameter", /hold at most 1000 objects/);
    expect(lossFromJSON(nested(2, wide)).name).toBe("weightedSum");
    expect(lossFromJSON(nested(30, deep[0][1])).name).toMatch(/^symmetrized/);
  });

  it("an object that holds itself is refused", () => {
    const spec: Untyped = { loss: "symmetrized" };
    spec.of = spec;
    expectLossError(() => lossFromJSON(spec), "parameter", /nest at most 64 deep/);
  });
});
