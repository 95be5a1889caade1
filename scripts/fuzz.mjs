// `npm run fuzz`: 20,000 random losses of the algebra against float64, in Node with Dawn; an hour or more in software.
//   npm run fuzz -- 100                as many seeds, of 40 losses each; 500 unless told otherwise
//   npm run fuzz -- 100 5001           from this seed on; otherwise one that the clock draws, so that no two runs are the same
// Prints the seeds of every part before it runs, and in the end what failed. A seed alone: ALGEBRA_SEEDS=17 npx vitest run --project dawn test/algebra
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { root, run } from "./lib/run.mjs";

const [count = 500, start = Date.now() % 1_000_000_000] = process.argv.slice(2).map(Number);
if (!(Number.isInteger(count) && count > 0 && Number.isInteger(start) && start >= 0)) {
  console.error("npm run fuzz -- [number of seeds] [first seed]: whole numbers");
  process.exit(2);
}
ensureDependencies();

// Small parts: what has been found so far is known while the rest runs.
const part = 10;
const casesPerSeed = 40; // as in the test
const folder = mkdtempSync(join(tmpdir(), "webgpu-losses-fuzz-"));
const failures = [];
const started = performance.now();
for (let done = 0; done < count; done += part) {
  const first = start + done;
  const seeds = Math.min(part, count - done);
  console.log(
    `\n== seeds ${first} to ${first + seeds - 1}: ${casesPerSeed * done} of ${casesPerSeed * count} losses tried`,
  );
  const report = join(folder, `${first}.json`);
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const args = ["run", "--project", "dawn", "test/algebra", "--reporter=dot", "--reporter=json"];
  const env = { ALGEBRA_FIRST: String(first), ALGEBRA_CASES: String(seeds) };
  run(process.execPath, [vitest, ...args, `--outputFile.json=${report}`], { env });
  const { testResults } = JSON.parse(readFileSync(report, "utf8"));
  for (const { assertionResults, message } of testResults) {
    if (assertionResults.length !== seeds) failures.push(message || `seeds from ${first} on did not run`);
    const failed = assertionResults.filter(({ status }) => status !== "passed");
    failures.push(...failed.map(({ failureMessages, title }) => failureMessages[0]?.split("\n", 1)[0] ?? title));
  }
}
rmSync(folder, { recursive: true, force: true });
const minutes = ((performance.now() - started) / 60_000).toFixed(0);
console.log(
  `\n${casesPerSeed * count} losses, seeds ${start} to ${start + count - 1}, ${minutes} minutes: ${failures.length} seeds failed`,
);
for (const failure of failures) console.log(failure);
process.exitCode = failures.length > 0 ? 1 : 0;
