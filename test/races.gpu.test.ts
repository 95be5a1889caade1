// No kernel has a race, and every barrier is there for one: kernels log what they do to memory that lanes share, with plans of every
// kind, and the CPU looks for accesses that nothing orders; then again as if one barrier after the other were not there.
import { describe, expect, it, vi } from "vitest";
import { describeRace } from "./support/races/analysis.js";
import { barriersOf, nameOfBarrier } from "./support/races/barriers.js";
import { cases } from "./support/races/cases.js";
import { requestTracedDevice } from "./support/races/device.js";
import { readableShaders } from "./support/shaders.js";

// Names as people read them.
const readable = vi.hoisted(() => async () => (await import("./support/shaders.js")).readableShaders);
vi.mock("../src/shaders.generated.js", readable);
vi.mock("../src/rows/shaders.generated.js", readable);
vi.mock("../src/selection/shaders.generated.js", readable);

const { device, collect } = await requestTracedDevice();

const beyond = "a lane without rows of its own looks at the next slice for a pivot, and uses nothing of it";
const frozen = "a counter stops somewhere above its limit: how far above does not matter";
/** What may go on, as it is described, and why. */
const excused: Record<string, string> = {
  "read of samples[] in sample_quad, and write of samples[] in prepare_samples, of different workgroups": beyond,
  "read of samples[].weight in sample_weights, and write of samples[] in prepare_samples, of different workgroups":
    beyond,
  "atomicAdd of counters[] in ledger_main, and atomicLoad of counters[] in ledger_main, of different lanes": frozen,
  "atomicAdd of counters[] in ledger_main, and atomicLoad of counters[] in ledger_main, of different workgroups":
    frozen,
};

const one = "there is one slice, so every lane reads the moments and sums that it wrote itself";
/** Barriers that no race needs, and why. */
const idle: Record<string, string> = {
  "groupsLabels: pass_small_labels, storageBarrier 1": one,
};

/** Shaders of the kernels that have been dispatched, and barriers that some race needs, or none. */
const dispatched = new Set<string>();
const passed = new Set<string>();
const needed = new Set<string>();
/** Races that have been excused. */
const met = new Set<string>();

describe("no kernel has a race", () => {
  it.each(cases)("%s", async (_, play) => {
    await play(device);
    const kernels = await collect();
    expect(kernels.length).toBeGreaterThan(0);
    for (const { code, trace } of kernels) {
      for (const [file, wgsl] of Object.entries(readableShaders)) if (code.includes(wgsl)) dispatched.add(file);
      const races = trace.races().map(describeRace);
      for (const race of races) met.add(race);
      expect(races.filter((race) => !(race in excused))).toEqual([]);
      for (const site of trace.passed()) {
        const name = nameOfBarrier(trace.sites[site], code, readableShaders);
        passed.add(name);
        if (!needed.has(name) && trace.races(site).length > races.length) needed.add(name);
      }
    }
  });
});

describe("what has been tried", () => {
  it("every shader that knows of memory", () => {
    // Losses, activations and what they call are functions of numbers.
    const pure = /^(losses|functions|activations|statistics)/;
    const files = Object.keys(readableShaders).filter((file) => !pure.test(file));
    expect(files.filter((file) => !dispatched.has(file))).toEqual([]);
    console.log(`races: kernels of ${files.length} shaders have been tried: ${files.join(", ")}`);
  });

  it("no excuse for what does not happen", () => {
    expect(Object.keys(excused).filter((race) => !met.has(race))).toEqual([]);
  });

  it("every barrier, and each of them is needed", () => {
    const barriers = Object.entries(readableShaders).flatMap(([file, wgsl]) => barriersOf(file, wgsl));
    expect(barriers.filter((name) => !passed.has(name))).toEqual([]);
    expect(barriers.filter((name) => !needed.has(name)).sort()).toEqual(Object.keys(idle).sort());
  });
});
