// `npm run size`: what a page pays for the core, and for losses in TensorFlow.js, minified and gzipped, as a bundler builds
// them. Fails above the limits, and where a bundle of one loss holds parts that it does not use. Kernels that a plan loads when it
// needs them are named beside them.
import { dirname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { root } from "./lib/run.mjs";

const bundles = [
  {
    limit: 15 * 1024,
    name: "zMasked, squaredError, evaluate, run, createPlan",
    exports: { "src/index.ts": "{ zMasked, squaredError, evaluate, run, createPlan }" },
  },
  {
    limit: 20 * 1024,
    name: "zMasked, squaredError, toTfjs and its callbacks",
    exports: {
      "src/index.ts": "{ zMasked, squaredError }",
      "src/tfjs.ts": "{ toTfjs, registerLossKernel, thresholdCallback, ledgerCallback }",
    },
  },
];
/** Texts of parts that the imports above do not need: other losses, the JSON registry, the ledger. */
const unwanted = ["barron", "tukey", "welsch", "binaryCrossEntropy", "lossFromJSON", "ledger_main"];
const entry = "\0size-entry";

/** Kilobytes, as they are counted in the limit. */
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
const gzipped = (text) => gzipSync(text, { level: 9 }).length;

/** The minified bundle of an application that imports this from the package, its modules, and what it loads on demand. */
async function bundle(exports) {
  const lines = Object.entries(exports).map(([file, names]) => `export ${names} from "${join(root, file)}";`);
  const build = await rolldown({
    checks: { ineffectiveDynamicImport: false }, // the entry for TensorFlow.js has rows at once
    input: entry,
    preserveEntrySignatures: "strict",
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? lines.join("\n") : undefined),
      },
    ],
  });
  // Annotations are for bundlers, and builds of pages have none left.
  const { output } = await build.generate({ format: "es", minify: true, comments: false });
  const [core, ...more] = output.filter(({ type }) => type === "chunk").sort((a, b) => b.isEntry - a.isEntry);
  const needed = core.imports.filter((name) => more.some(({ fileName }) => fileName === name));
  if (needed.length > 0) throw new Error(`the core must be one file, it imports ${needed.join(", ")}`);
  return { code: core.code, modules: core.modules, onDemand: more };
}

for (const { limit, name, exports } of bundles) {
  const { code, modules, onDemand } = await bundle(exports);
  const size = gzipped(code);
  console.log(
    `${name}: ${kilobytes(size)} (${size}) gzipped, ${kilobytes(code.length)} minified (limit ${kilobytes(limit)} gzipped)`,
  );
  for (const { code, moduleIds } of onDemand) {
    console.log(`on demand: ${relative(root, dirname(moduleIds.at(-1)))}: ${kilobytes(gzipped(code))} gzipped`);
  }
  const problems = unwanted
    .filter((text) => code.includes(text))
    .map((text) => `the bundle must not contain "${text}"`);
  if (size > limit) problems.push(`the bundle must be at most ${limit} bytes gzipped, got ${size}`);
  if (problems.length > 0) {
    const largest = Object.entries(modules)
      .map(([id, { code }]) => ({ id: relative(root, id), bytes: gzipped(code ?? "") }))
      .sort((a, b) => b.bytes - a.bytes);
    console.error("the largest modules, each gzipped on its own and not minified:");
    for (const { id, bytes } of largest.slice(0, 12)) console.error(`  ${kilobytes(bytes).padStart(8)}  ${id}`);
    for (const problem of problems) console.error(problem);
    process.exitCode = 1;
  }
}
