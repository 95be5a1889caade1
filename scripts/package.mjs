// `npm run package`: whether what `npm publish` would send can be used. Packs the tarball, checks what is in it and what its
// package.json promises, looks for code that nobody uses, and installs it into projects of every kind (scripts/consumers.mjs).
//   npm run package -- --keep    leaves the folder of the projects for a look
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkConsumers } from "./consumers.mjs";
import { findChromium } from "./lib/browsers.mjs";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { root } from "./lib/run.mjs";
import { findVulkan } from "./lib/vulkan.mjs";

/** Bytes that an installation downloads. It has maps and sources, so that debuggers show the code as it was written. */
const packedLimit = 512 * 1024;
const unknown = process.argv.slice(2).filter((option) => option !== "--keep");
if (unknown.length > 0) {
  console.error(`npm run package knows --keep, got ${unknown.join(" ")}`);
  process.exit(2);
}

/** Packs into `folder`; returns the tarball's path, its size and the paths in it. */
function pack(folder) {
  const { status, stdout } = spawnSync("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error("npm pack failed");
  // Scripts of the package print above the report; newer versions of npm have it by name.
  const report = JSON.parse(stdout.slice(stdout.search(/^[[{]/m)));
  const { filename, size, files } = Object.values(report)[0];
  return { tarball: join(folder, filename), size, paths: files.map(({ path }) => path) };
}

/** What is wrong with the contents of the tarball. */
function wrongContents({ paths, size }) {
  const has = new Set(paths);
  const problems = size > packedLimit ? [`the tarball must have at most ${packedLimit} bytes, got ${size}`] : [];
  const promised = Object.values(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).exports)
    .flatMap((target) => (typeof target === "string" ? [target] : Object.values(target)))
    .filter((target) => !target.includes("*"));
  for (const target of [...promised, "./README.md", "./LICENSE"]) {
    if (!has.has(target.slice(2))) problems.push(`${target} is missing`);
  }
  for (const path of paths) {
    if (path.startsWith("dist/")) {
      const source = path.replace(/^dist/, "src").replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts");
      if (!has.has(source)) problems.push(`${path} is left over, or its source ${source} is missing`);
    } else if (path.startsWith("src/")) {
      for (const kind of [".js", ".js.map", ".d.ts", ".d.ts.map"]) {
        const built = path.replace(/^src/, "dist").replace(/\.ts$/, kind);
        if (!has.has(built)) problems.push(`${built} is missing`);
      }
    } else if (!path.endsWith(".wgsl") && !["README.md", "LICENSE", "package.json"].includes(path)) {
      problems.push(`${path} does not belong in the package`);
    }
    const text = readFileSync(join(root, path), "utf8");
    if (text.includes(root)) problems.push(`${path} names a folder of this machine`);
  }
  return problems;
}

/** Starts a tool out of node_modules; what it prints matters only where it found something. */
function tool(name, file, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "node_modules", file), ...args], {
    cwd: root,
    encoding: "utf8",
  });
  return status === 0 ? [] : [`${name}:\n${stdout}${stderr}`];
}

ensureDependencies();
findChromium({ install: true }); // it brings the drivers of Node's and Deno's WebGPU, too
const { dawn, naga, environment } = findVulkan({ install: true });
const folder = mkdtempSync(join(tmpdir(), "webgpu-losses-package-"));
const problems = [];
/** One check after the other, with its time. */
async function check(heading, problemsOf) {
  const started = performance.now();
  console.log(`\n== ${heading}`);
  const found = await problemsOf();
  for (const problem of found) console.error(problem);
  console.log(`${found.length === 0 ? "ok" : "FAILED"}, ${((performance.now() - started) / 1000).toFixed(1)} s`);
  problems.push(...found);
}

try {
  const packed = pack(folder);
  console.log(`${packed.paths.length} files, ${packed.size} bytes packed (limit ${packedLimit})`);
  await check("contents", () => wrongContents(packed));
  await check("publint", () => tool("publint", "publint/src/cli.js", ["run", packed.tarball, "--strict"]));
  const attw = "@arethetypeswrong/cli/dist/index.js";
  await check("types", () => tool("attw", attw, [packed.tarball, "--profile", "esm-only", "--format", "ascii"]));
  await check("knip", () => tool("knip", "knip/bin/knip.js", []));
  await check("consumers", () => checkConsumers(packed.tarball, folder, { dawn, naga, environment }));
} catch (error) {
  problems.push(error.message);
  console.error(error.message);
} finally {
  if (process.argv.includes("--keep")) console.log(`the projects are in ${folder}`);
  else if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
}
console.log(problems.length === 0 ? "\nthe package is fit to be published" : `\n${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
