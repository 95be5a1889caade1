// Which runtime runs what, and why not all of it: read by the configurations of vitest and by `npm test`.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.mjs";

/** A browser compiles in one thread, and tests on the CPU wait for pages: two of them run at a time, the longest first. */
export const ofOneCore = ["chromium", "firefox", "cpu"];

/** Compile in a process for each core. More processes than cores cost a third of their time. */
export const ofAllCores = ["dawn", "naga"];

/** In the order of the table of results. */
export const runtimes = ["cpu", "dawn", "chromium", "firefox", "naga"];

/** May be missing on a machine. */
export const optionalRuntimes = ["firefox"];

const gpuTest = ".gpu.test.ts";

/** What depends on compilers and drivers, of which browsers have those of dawn or naga. */
const ofCompilers = "extremes limits median trimmed masks.fuzz algebra.fuzz determinism classes.options network".split(
  " ",
);

/** Ways to cut the work. */
const ofCuts = ["parity", "classes", "classes.regimes", "classes.ways", "lai"];

/**
 * How much `npm test` tries, from the environment's `TESTS`: by default what tells soon whether a change works; `thorough` as
 * .ci/run does, `every` nothing less than everything.
 */
const extents = ["", "thorough", "every"];
const extent = extents.indexOf(process.env.TESTS ?? "");
if (extent < 0) throw new Error(`TESTS must be one of thorough and every, or nothing, got "${process.env.TESTS}"`);

/**
 * Test files by their names without `.gpu.test.ts`, those of the CPU without `.test.ts`, which runtimes leave out or, where `shorter`, run with shorter lists of losses,
 * tunings and options (`thoroughIn` in test/support/device.ts). `until` is the extent from which on they run whole.
 */
const lessOf = [
  {
    runtimes: ["dawn"],
    files: ["mutation", "races", "tuning", "determinism"],
    why: "they try the checks, every entry of the table of tunings, and a hundred runs of the same, not another kernel",
    until: "thorough",
  },
  {
    runtimes: ["dawn"],
    files: [...ofCuts, "median", "trimmed", "masks.fuzz", "algebra.fuzz", "extremes", "classes.options"],
    why: "naga runs every kind of kernel there is, and its driver compiles in less than half the time; dawn has all vectors",
    until: "thorough",
  },
  {
    runtimes: ["cpu"],
    files: ["demo.hidden"],
    why: "it trains a panel of the lab three times, in Chromium",
    until: "thorough",
  },
  {
    runtimes: ["naga"],
    files: ["oracle"],
    shorter: true,
    why: "dawn runs all vectors; here it is the first one of every loss and set of options",
    until: "thorough",
  },
  {
    runtimes: ["chromium"],
    files: ["oracle"],
    shorter: true,
    why: "dawn, which has its compiler and driver, runs all vectors; here it is the first one of every fourth loss",
    until: "thorough",
  },
  {
    runtimes: ["chromium", "firefox"],
    files: ["tfjs", "tfjs.lai", "bench", "bench.measure", "found"],
    why: "dawn and naga have their compilers and drivers; here TensorFlow.js trains, and the page measures",
    until: "thorough",
  },
  {
    runtimes: ["chromium", "firefox"],
    files: ["demo"],
    why: "trainings of many slow small steps, which dawn and naga run; the page itself is tried in both",
    until: "thorough",
  },
  {
    runtimes: ["chromium"],
    files: ["demo.noise"],
    why: "another such training; its kernels are those of the tfjs tests here",
    until: "thorough",
  },
  {
    runtimes: ["firefox"],
    files: ["docs", "shards", "tfjs.training"],
    why: "Chromium runs them, and its page and workers are no others",
    until: "thorough",
  },
  {
    runtimes: ["chromium", "firefox", "naga"],
    files: ["mutation", "races"],
    why: "they try the checks, not the runtime",
  },
  {
    runtimes: ["chromium", "firefox"],
    files: ["devices"],
    why: "workgroups of 128 lanes are slow in software; dawn has the limits of Chromium, naga those of Firefox",
  },
  {
    runtimes: ["chromium", "firefox", "naga"],
    files: ["study"],
    why: "the study trains in Node alone, and its tiles of products are those of the network tests",
  },
  {
    runtimes: ["dawn", "naga"],
    files: ["shards"],
    why: "Web Workers with devices of their own are of browsers",
  },
  {
    runtimes: ["chromium", "firefox"],
    files: [...ofCuts, "half", "tuning"],
    why: "ways to cut the work are up to the shader compiler: dawn has that of Chromium, naga that of Firefox",
  },
  {
    runtimes: ["firefox"],
    files: ["bench", "bench.measure", "demo.benchmark", "faults", ...ofCompilers],
    why: "naga has its compiler and driver; Firefox is slow to return so many or so large results",
  },
  {
    runtimes: ["chromium"],
    files: ofCompilers,
    why: "dawn has its compiler and driver, and two processes to compile in; what knows of browsers runs here",
  },
  {
    runtimes: ["firefox", "naga"],
    files: ["demo.noise"],
    why: "a training of hundreds of slow small steps; its kernels are those of the tfjs tests, which run there",
  },
  {
    runtimes: ["firefox"],
    files: ["oracle"],
    shorter: true,
    why: "naga, which has its compiler and driver, runs more vectors; here it is the first one of every loss, or every fourth",
  },
  {
    runtimes: ["chromium", "firefox", "naga"],
    files: ["tfjs.training"],
    shorter: true,
    why: "1,000 steps rather than 10,000",
  },
  {
    runtimes: ["naga"],
    files: ["parity", "classes", "classes.regimes", "lai", "median"],
    shorter: true,
    why: "another compiler can go wrong in a kernel, and every kind of kernel is left in",
  },
].filter(({ until = "every" }) => extent < extents.indexOf(until));

const everything = extents[extent] === "every";

/** What a runtime leaves out, as lines for people. */
export function lessIn(runtime) {
  return lessOf
    .filter(({ runtimes }) => runtimes.includes(runtime))
    .map(({ files, shorter, why }) => `${shorter ? "shorter" : "left out"}: ${files.join(", ")}: ${why}`);
}

/** The files that a runtime leaves out, as patterns for vitest. */
export function excludedBy(runtime) {
  const ending = runtime === "cpu" ? ".test.ts" : gpuTest;
  const own = lessOf.filter(({ runtimes }) => runtimes.includes(runtime));
  const filesOf = (some) => some.flatMap(({ files }) => files.map((name) => `test/${name}${ending}`));
  const gone = filesOf(own).filter((file) => !existsSync(join(root, file)));
  if (gone.length > 0) throw new Error(`scripts/lib/runtimes.mjs names tests that do not exist: ${gone.join(", ")}`);
  return filesOf(own.filter(({ shorter }) => !shorter));
}

const shorter = Object.fromEntries(
  runtimes.map((name) => [
    name,
    lessOf.filter(({ shorter, runtimes }) => shorter && runtimes.includes(name)).flatMap(({ files }) => files),
  ]),
);

/** Every GPU test, what is set up for each, and what all configurations share. */
export const gpuTests = [`test/**/*${gpuTest}`];
export const gpuSetup = everything ? [] : ["test/setup/lazy.ts"];
/** Of runtimes that tell what they reach. */
export const kernelSetup = ["test/setup/reached.ts", ...gpuSetup];
export const shared = {
  testTimeout: 240_000, // software adapters are slow, more so on a busy machine
  hookTimeout: 240_000,
  // One file compiles kernels while another one computes; some browsers wait 100 ms for every read-back.
  maxWorkers: "100%",
  maxConcurrency: 8,
  env: {
    EXTENT: extents[extent],
    SHORTER: JSON.stringify(shorter),
    // Compilers take and give back much memory in small pieces: a third of their time, unless glibc keeps it.
    MALLOC_ARENA_MAX: "1",
    MALLOC_TOP_PAD_: `${2 ** 26}`,
    MALLOC_TRIM_THRESHOLD_: `${2 ** 30}`,
    MALLOC_MMAP_THRESHOLD_: `${2 ** 25}`, // more is refused,
  },
};
