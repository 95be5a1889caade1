// `npm run size`: what a page pays for the core, minified and gzipped, as a bundler builds it. Fails above the limit, and where
// a bundle of one loss holds parts that it does not use.
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { root } from "./lib/run.mjs";

const limit = 15 * 1024;
const imports = ["zMasked", "squaredError", "evaluate", "run", "createPlan"];
/** Texts of parts that the imports above do not need: other losses, the JSON registry, the ledger. */
const unwanted = ["barron", "tukey", "welsch", "binaryCrossEntropy", "lossFromJSON", "ledger_main"];
const entry = "\0size-entry";

/** Kilobytes, as they are counted in the limit. */
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
const gzipped = (text) => gzipSync(text, { level: 9 }).length;

/** The minified bundle of an application that imports these names from the package, and its modules. */
async function bundle(names) {
  const { output } = await build({
    root,
    configFile: false,
    logLevel: "warn",
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) =>
          id === entry ? `export { ${names.join(", ")} } from "${join(root, "src/index.ts")}";` : undefined,
      },
    ],
    build: {
      write: false,
      minify: true,
      target: "es2022",
      modulePreload: false,
      rolldownOptions: { input: entry, preserveEntrySignatures: "strict", output: { format: "es" } },
    },
  });
  const chunks = output.filter(({ type }) => type === "chunk");
  return {
    code: chunks.map(({ code }) => code).join("\n"),
    modules: Object.assign({}, ...chunks.map((c) => c.modules)),
  };
}

const { code, modules } = await bundle(imports);
const size = gzipped(code);
console.log(
  `${imports.join(", ")}: ${kilobytes(size)} (${size}) gzipped, ${kilobytes(code.length)} minified (limit ${kilobytes(limit)} gzipped)`,
);

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
