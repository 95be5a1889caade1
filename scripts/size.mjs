// `npm run size`: what a page pays for the core, minified and gzipped, as a bundler builds it. Fails above the limit, and where
// a bundle of one loss holds parts that it does not use. Kernels that a plan loads when it needs them are named beside it.
import { dirname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { root } from "./lib/run.mjs";

const limit = 15 * 1024;
const imports = ["zMasked", "squaredError", "evaluate", "run", "createPlan"];
/** Texts of parts that the imports above do not need: other losses, the JSON registry, the ledger. */
const unwanted = ["barron", "tukey", "welsch", "binaryCrossEntropy", "lossFromJSON", "ledger_main"];
const entry = "\0size-entry";

/** Kilobytes, as they are counted in the limit. */
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
const gzipped = (text) => gzipSync(text, { level: 9 }).length;

/** The minified bundle of an application that imports these names from the package, its modules, and what it loads on demand. */
async function bundle(names) {
  const build = await rolldown({
    input: entry,
    preserveEntrySignatures: "strict",
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) =>
          id === entry ? `export { ${names.join(", ")} } from "${join(root, "src/index.ts")}";` : undefined,
      },
    ],
  });
  const { output } = await build.generate({ format: "es", minify: true });
  const [core, ...more] = output.filter(({ type }) => type === "chunk").sort((a, b) => b.isEntry - a.isEntry);
  const needed = core.imports.filter((name) => more.some(({ fileName }) => fileName === name));
  if (needed.length > 0) throw new Error(`the core must be one file, it imports ${needed.join(", ")}`);
  return { code: core.code, modules: core.modules, onDemand: more };
}

const { code, modules, onDemand } = await bundle(imports);
const size = gzipped(code);
console.log(
  `${imports.join(", ")}: ${kilobytes(size)} (${size}) gzipped, ${kilobytes(code.length)} minified (limit ${kilobytes(limit)} gzipped)`,
);
for (const { code, moduleIds } of onDemand) {
  console.log(`on demand: ${relative(root, dirname(moduleIds.at(-1)))}: ${kilobytes(gzipped(code))} gzipped`);
}

const problems = unwanted.filter((text) => code.includes(text)).map((text) => `the bundle must not contain "${text}"`);
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
