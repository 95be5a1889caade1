// Bad input to schedules, cutoffs and the merging of shards. No GPU.
import { describe } from "vitest";
import { decisionCutoff, mergeStatistics, thresholdSchedule } from "../src/index.js";
import { throws, type Untyped } from "./support/errors.js";

describe("schedules, cutoffs and shards", () => {
  const schedule = { kind: "linear", from: 3, to: 2, steps: 10 } as const;
  const scheduled = (change: Untyped) => () => thresholdSchedule({ ...schedule, ...change });
  const normal = { mean: 0, standardDeviation: 1 };
  const moments = { n: 1, mean: 0, m2: 0 };
  throws([
    [
      "an unknown kind",
      "parameter",
      /^thresholdSchedule: kind must be one of .* got "step"/,
      scheduled({ kind: "step" }),
    ],
    [
      "a start of 0",
      "parameter",
      /^thresholdSchedule: from must be a finite number above 0, got 0/,
      scheduled({ from: 0 }),
    ],
    ["an infinite end", "parameter", /^thresholdSchedule: to must .* got Infinity/, scheduled({ to: Infinity })],
    [
      "steps NaN",
      "parameter",
      /^thresholdSchedule: steps must be a finite number, got NaN/,
      scheduled({ steps: Number.NaN }),
    ],
    [
      "an unknown key",
      "parameter",
      /^thresholdSchedule: option must be one of .* got "total"/,
      scheduled({ total: 3 }),
    ],
    [
      "a cutoff of NaN",
      "parameter",
      /^decisionCutoff: mean of the first class must be a finite number, got NaN/,
      () => decisionCutoff({ ...normal, mean: Number.NaN }, normal),
    ],
    [
      "a negative deviation",
      "parameter",
      /^decisionCutoff: standardDeviation of the second class must .* got -1/,
      () => decisionCutoff(normal, { ...normal, standardDeviation: -1 }),
    ],
    [
      "no class",
      "parameter",
      /^decisionCutoff: mean of the first class .* got undefined/,
      () => decisionCutoff(undefined as Untyped, normal),
    ],
    [
      "shards of other groups",
      "shape",
      /^mergeStatistics: both shards must be one group, or arrays of the same groups/,
      () => mergeStatistics([moments], [moments, moments]),
    ],
    [
      "a shard and a group",
      "shape",
      /^mergeStatistics: both shards/,
      () => mergeStatistics([moments] as Untyped, moments as Untyped),
    ],
    ["no moments", "parameter", /^mergeStatistics: a group must be/, () => mergeStatistics(null as Untyped, moments)],
    [
      "a negative n",
      "parameter",
      /^mergeStatistics: a group must be .* got -1/,
      () => mergeStatistics({ ...moments, n: -1 }, moments),
    ],
  ]);
});
