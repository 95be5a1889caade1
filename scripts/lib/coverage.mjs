// Which lines of src the tests reach in Node: those of the runtimes together, from what each leaves in a folder.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, start } from "./run.mjs";

/** Runtimes whose engine counts lines; the source is the same in the others. */
const counting = ["cpu", "dawn"];

/** Counts nothing unless all runtimes that can count run all of their tests. */
export function createCoverage(chosen, extra) {
  const complete = extra.length === 0 && counting.every((runtime) => chosen.includes(runtime));
  const folder = complete && mkdtempSync(join(tmpdir(), "webgpu-losses-coverage-"));
  return {
    /** What vitest is told besides in a runtime. */
    argumentsOf: (runtime) =>
      complete && counting.includes(runtime)
        ? [
            "--reporter=blob",
            `--outputFile.blob=${join(folder, "blobs", `${runtime}.json`)}`,
            "--coverage",
            "--coverage.reporter=json", // the file is of no use, and nothing is printed
            `--coverage.reportsDirectory=${join(folder, runtime)}`,
            "--coverage.thresholds.lines=0",
          ]
        : [],
    /** Prints the figures of all; resolves to whether they are as high as vitest.config.ts wants them. */
    async report(print) {
      if (!complete) return true;
      try {
        const args = [`--merge-reports=${join(folder, "blobs")}`, "--coverage"];
        const projects = counting.map((runtime) => `--project=${runtime}`); // no coverage can be configured for Firefox
        const quiet = ["--reporter=json", `--outputFile.json=${join(folder, "tests.json")}`];
        const vitest = join(root, "node_modules/vitest/vitest.mjs");
        return (await start(process.execPath, [vitest, "run", ...args, ...projects, ...quiet], { print })) === 0;
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
