// What the benchmark does with figures, with made-up ones.
import { expect, it } from "vitest";
import { check, type Verdict } from "../bench/check.js";
import { quantile, samplesOf, timeInterleaved, type Variant } from "../bench/harness.js";
import { csvHeader, csvOf, type Row, rowsOf } from "../bench/rows.js";
import { digits, progressLine } from "../bench/summary.js";
import { chosen, crossing, entryLines } from "../bench/tune.js";
import { table } from "../src/tuning.js";

const verdictsOf = async (references: Record<string, number>, measured: Record<string, number[]>) => {
  const verdicts: Verdict[] = [];
  const left = structuredClone(measured);
  const holds = await check(
    references,
    async (label) => left[label].shift()!,
    (verdict) => verdicts.push(verdict),
  );
  return { holds, verdicts };
};

it("a check holds up to 20 % worse", async () => {
  const { holds, verdicts } = await verdictsOf({ a: 1, b: 0.5 }, { a: [1.19], b: [0.3] });
  expect(holds).toBe(true);
  expect(verdicts.map(({ attempts }) => attempts)).toEqual([1, 1]);
});

it("a disturbed case is measured again", async () => {
  const { holds, verdicts } = await verdictsOf({ a: 1 }, { a: [3, 1.4, 1.1] });
  expect(holds).toBe(true);
  expect(verdicts).toEqual([{ label: "a", reference: 1, ratio: 1.1, attempts: 3, holds: true }]);
});

it("a regression fails, and the other cases are still looked at", async () => {
  const { holds, verdicts } = await verdictsOf({ a: 1, b: 1 }, { a: [1.3, 1.25, 1.4, 1.22], b: [1] });
  expect(holds).toBe(false);
  expect(verdicts.map(({ label, ratio, holds }) => [label, ratio, holds])).toEqual([
    ["a", 1.22, false],
    ["b", 1, true],
  ]);
});

it("what is not a number does not hold", async () => {
  expect((await verdictsOf({ a: 1 }, { a: [Number.NaN, Number.NaN, Number.NaN, Number.NaN] })).holds).toBe(false);
});

const row: Row = {
  ...{ case: 'zmse, "latency"', shape: "32", elements: 32, variant: "ours, unscaled", unit: "ms" },
  ...{ p20: 0.0625, p50: 0.25, p80: 0.5, gpu: 0.125, dispatches: 1, submits: 1 },
  ...{ bytesPerElement: 16, leastBytes: 20, rate: 2.5, shareOfCopy: 0.75, timesOurs: 1, error: 1e-7 },
  ...{ adapter: "a b", driver: "", runtime: "node 20", versions: "x 1; y 2", date: "2026-11-30" },
};

it("rows survive their CSV", () => {
  const { gpu, rate, shareOfCopy, ...less } = row;
  const unknown = { ...less, gpu: undefined, rate: undefined, shareOfCopy: undefined };
  expect(rowsOf(csvHeader + csvOf([row, unknown]))).toEqual([row, unknown]);
  expect(() => rowsOf("case,shape\nzmse,32\n")).toThrow("the columns must be");
});

it("short steps are timed most often, slow ones at least twice", () => {
  expect(samplesOf({ steps: 500, took: 50 }, 11)).toBe(33);
  expect(samplesOf({ steps: 10, took: 50 }, 11)).toBe(11);
  expect(samplesOf({ steps: 1, took: 1500 }, 11)).toBe(3);
  expect(samplesOf({ steps: 1, took: 60_000 }, 11)).toBe(2);
});

it("variants take turns, in an order that rotates, until they are stopped", async () => {
  const order: string[] = [];
  const variantOf = (name: string): Variant => ({
    name,
    run: (steps) => {
      order.push(name);
      return new Promise((resolve) => setTimeout(resolve, 5 * steps));
    },
    verify: async () => 0,
    dispose() {},
  });
  const variants = ["a", "b"].map(variantOf);
  const timings = await timeInterleaved(variants, { batchMs: 4, rounds: 3 });
  for (const { p20, p50, p80, gpu } of timings) {
    expect(p50).toBeGreaterThan(3);
    expect(p20 <= p50 && p50 <= p80).toBe(true);
    expect(gpu).toBeUndefined();
  }
  expect(order.slice(-6).join("")).toBe("abbaab");
  const stop = AbortSignal.abort(new Error("enough"));
  await expect(timeInterleaved(variants, { batchMs: 4, rounds: 3 }, { signal: stop })).rejects.toThrow("enough");
});

it("numbers are short, and quantiles interpolate", () => {
  expect([0, 0.012345, 1.5, 12345].map(digits)).toEqual(["0", "0.0123", "1.50", "12300"]);
  expect([0, 0.5, 0.75].map((share) => quantile([4, 1, 2, 3], share))).toEqual([1, 2.5, 3.25]);
});

it("progress is told with what is left", () => {
  expect(progressLine({ done: 0, total: 4, label: "zmse 32" })).toBe("1 of 4: zmse 32");
  expect(progressLine({ done: 1, total: 4, label: "a", secondsLeft: 31.2 })).toBe("2 of 4, about 32 s left: a");
  expect(progressLine({ done: 2, total: 4, label: "a", secondsLeft: 300 })).toBe("3 of 4, about 5 min left: a");
});

it("a tuning replaces the current one where it is clearly faster", () => {
  const times = (best: number) =>
    new Map([
      [4, [1, 1]],
      [8, [2, 0.5]],
      [16, [best, best]],
    ]);
  expect(chosen(4, times(0.9))).toBe(16);
  expect(chosen(4, times(0.98))).toBe(4);
});

it("small batches end where one dispatch becomes slower", () => {
  const times = (...ones: number[]) => ones.map((one, i) => ({ size: 2 ** i, one, several: 1 }));
  expect(crossing(times(0.5, 0.9, 1, 1.2, 0.9))).toBe(4);
  expect(crossing(times(0.5, 0.9))).toBe(2);
  expect(crossing(times(1.1, 0.9))).toBe(0);
});

it("an entry is printed as it would stand in the table", () => {
  expect(entryLines("cpu", table.cpu)[1]).toBe("as in src/tuning.ts");
  const [entry, difference] = entryLines("gpu", { ...table.gpu, workgroupSize: 64 });
  expect(entry).toMatch(/^gpu: \{ workgroupSize: 64, maxWorkgroups: \d+, minElements: \d+, smallBatch: \d+ \},$/);
  expect(difference).toBe(`src/tuning.ts has workgroupSize: ${table.gpu.workgroupSize}`);
});

it("a browser is called by its name", async () => {
  const { browserOf } = await import("../demo/panels/benchmark/measuring.js");
  const engine =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
  expect(browserOf(engine)).toBe("Chrome 156.0.0.0");
  expect(browserOf(engine.replace("Chrome", "HeadlessChrome"))).toBe("Chrome 156.0.0.0");
  expect(browserOf(`${engine} Edg/156.0.1.2`)).toBe("Edge 156.0.1.2");
  expect(
    browserOf("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15"),
  ).toBe("Safari 26.0");
  expect(browserOf("Mozilla/5.0 (X11; Linux x86_64; rv:151.0) Gecko/20100101 Firefox/151.0")).toBe("Firefox 151.0");
});
