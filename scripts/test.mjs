// `npm test`: installs what is missing and runs every suite in every runtime.
//   npm test -- --project cpu,dawn     only these runtimes
//   npm test -- test/smoke             anything else goes to vitest, such as a file filter or -t "a name"
//   TESTS=thorough npm test            more, as in .ci/run; TESTS=every: no runtime leaves out anything (scripts/lib/runtimes.mjs)
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium, findFirefox, firefoxAdvice } from "./lib/browsers.mjs";
import { createCoverage } from "./lib/coverage.mjs";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { reachedFolder } from "./lib/reached.mjs";
import { root, run, start } from "./lib/run.mjs";
import { lessIn, ofAllCores, ofOneCore, optionalRuntimes, runtimes } from "./lib/runtimes.mjs";
import { turns } from "./lib/turns.mjs";
import { findVulkan } from "./lib/vulkan.mjs";

const skippedTestsShown = 30;
const failureLinesShown = 8;
const failuresShown = 20;

function readArguments() {
  let chosen = runtimes;
  const extra = [];
  const args = process.argv.slice(2);
  for (let i = 0; i < args.length; i++) {
    const project = /^--project(?:=(.*))?$/.exec(args[i]);
    if (project) chosen = (project[1] ?? args[++i] ?? "").split(",");
    else extra.push(args[i]);
  }
  const unknown = chosen.filter((name) => !runtimes.includes(name));
  if (unknown.length > 0) {
    console.error(`--project must name some of ${runtimes.join(", ")}, got "${unknown.join(", ")}"`);
    process.exit(2);
  }
  return { chosen, extra };
}

/** Numbers from vitest's JSON report. Whatever went wrong outside of a test counts as one failure. */
function summarize(exitCode, report) {
  const row = { passed: 0, failed: 0, skipped: 0, notes: [], skippedTests: [] };
  // Failures are told again below the table, where nobody has to look for them among thousands of lines.
  for (const file of report?.testResults ?? []) {
    let failedInFile = 0;
    for (const test of file.assertionResults) {
      if (test.status === "passed") row.passed++;
      else if (test.status === "skipped" || test.status === "todo") {
        row.skipped++;
        row.skippedTests.push(`${test.fullName.trim()}: ${test.meta?.skipReason ?? test.status}`);
      } else {
        failedInFile++; // failed, or never finished
        const why = (test.failureMessages?.[0] ?? test.status).split("\n").slice(0, failureLinesShown).join("\n  ");
        row.notes.push(`failed test: ${test.fullName.trim()}\n  ${why}`);
      }
    }
    if (file.status === "failed" && failedInFile === 0) {
      failedInFile = 1;
      row.notes.push(`${file.name}: ${file.message || "failed outside of its tests"}`);
    }
    row.failed += failedInFile;
  }
  if (exitCode !== 0 && row.failed === 0) {
    row.failed = 1;
    row.notes.push(report ? "an error outside of the tests, see above" : "vitest gave no report, see above");
  }
  return row;
}

/** Resolves to the row of a runtime; what vitest says goes to `print`. */
async function runVitest(runtime, extra, vulkan, print) {
  const folder = mkdtempSync(join(tmpdir(), "webgpu-losses-"));
  const reportFile = join(folder, "report.json");
  const args = [
    "run",
    "--passWithNoTests",
    process.stdout.isTTY ? "--reporter=dot" : "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${reportFile}`,
    ...coverage.argumentsOf(runtime),
  ];
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  // Without a shell in between, arguments and exit codes are the same on every system.
  const program =
    runtime === "naga"
      ? [join(root, "node_modules/deno/bin.cjs"), "run", "-A", vitest, "-c", "vitest.naga.config.ts"]
      : [vitest, "--project", runtime];
  // Browsers bring their own libraries.
  const env = runtime === "dawn" || runtime === "naga" ? vulkan.environment : {};
  try {
    const exitCode = await start(process.execPath, [...program, ...args, ...extra], { env, print });
    return summarize(exitCode, existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, "utf8")) : undefined);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function printTable(rows) {
  const line = (...cells) =>
    console.log(cells.map((cell, i) => (i ? `${cell}`.padStart(9) : cell.padEnd(10))).join(""));
  console.log();
  line("runtime", "passed", "failed", "skipped", "seconds");
  for (const row of rows) line(row.runtime, row.passed, row.failed, row.skipped, row.seconds.toFixed(1));
  for (const { runtime, notes, skippedTests } of rows) {
    for (const less of lessIn(runtime)) console.log(`${runtime}: ${less}`);
    for (const note of notes.slice(0, failuresShown)) console.log(`${runtime}: ${note}`);
    if (notes.length > failuresShown) console.log(`${runtime}: ${notes.length - failuresShown} more failures`);
    for (const test of skippedTests.slice(0, skippedTestsShown)) console.log(`${runtime}: skipped test: ${test}`);
    if (skippedTests.length > skippedTestsShown) {
      console.log(`${runtime}: ${skippedTests.length - skippedTestsShown} more skipped tests`);
    }
  }
}

/** The only tests of this runtime that need a browser are those of the lab as a page, which say so when they are skipped. */
function offerChromium() {
  try {
    findChromium({ install: true });
  } catch (error) {
    console.log(error.message);
  }
}

const { chosen, extra } = readArguments();
ensureDependencies();
if (run(process.execPath, [join(root, "scripts/shaders.mjs"), "--check"]) !== 0) {
  console.log("0 passed, 1 failed");
  process.exit(1);
}

/** Runs one runtime and resolves to its row of the table. */
async function rowOf(runtime, print) {
  const started = performance.now();
  print(`\n== ${runtime}\n`);
  let row = { passed: 0, failed: 0, skipped: 0, notes: [], skippedTests: [] };
  try {
    if (runtime === "firefox" && !findFirefox({ install: true })) {
      row.notes.push(`runtime skipped: ${firefoxAdvice()}`);
    } else {
      const gpu = runtime !== "cpu";
      // Dawn takes its driver from Chromium; tests on the CPU can do without.
      if (gpu) findChromium({ install: true });
      else offerChromium();
      const vulkan = gpu && findVulkan({ install: true });
      row = await runVitest(runtime, extra, vulkan, print);
      const none = row.passed + row.failed === 0;
      // A filter may leave a runtime without tests: cpu has no GPU tests, for example.
      if (none && extra.length > 0) row.notes.push(`runtime skipped: no test matches ${extra.join(" ")}`);
      else if (none) {
        row.notes.push("no test ran");
        if (!optionalRuntimes.includes(runtime)) row.failed = 1;
      }
    }
  } catch (error) {
    row.failed++;
    row.notes.push(error.message);
  }
  return { runtime, ...row, seconds: (performance.now() - started) / 1000 };
}

const coverage = createCoverage(chosen, extra);
const rows = [];
const printers = turns(process.stdout);
/** Runs the runtimes of a list that are chosen, some at a time. */
async function runSome(list, atATime) {
  const queue = list.filter((runtime) => chosen.includes(runtime));
  const lane = async () => {
    for (let runtime = queue.shift(); runtime; runtime = queue.shift()) {
      const printer = printers();
      rows.push(await rowOf(runtime, printer.print));
      printer.end();
    }
  };
  await Promise.all(Array.from({ length: atATime }, lane));
}
await runSome(ofOneCore, Math.min(2, availableParallelism()));
const reached = extra.length === 0 && ofAllCores.every((name) => chosen.includes(name)) && reachedFolder();
await runSome(ofAllCores, 1);
rows.sort((a, b) => runtimes.indexOf(a.runtime) - runtimes.indexOf(b.runtime));
const covered = await coverage.report((text) => process.stdout.write(text));
printTable(rows);
const total = (key) => rows.reduce((sum, row) => sum + row[key], 0);
const [passed, skipped] = [total("passed"), total("skipped")];
let failed = total("failed");
for (const problem of reached ? await reached.problems() : []) {
  console.log(problem);
  failed++;
}
// After a failed test there is no report to judge by.
if (!covered && failed === 0) {
  console.log("coverage: fewer lines than vitest.config.ts asks for, see above");
  failed = 1;
}
if (passed + failed === 0) {
  console.log("no test ran in any runtime");
  failed = 1;
}
console.log(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 ? 1 : 0;
