// Which functions of shaders/** no dispatched pipeline can call. Tests on dawn and naga leave the WGSL of their pipelines in a folder
// (test/setup/reached.ts); kernels that tests have rewritten are not counted. Packages are imported only when it is called, see run.mjs.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./run.mjs";
import { functionsOf, reachedFrom, tokensOf } from "./tokens.mjs";

const unused = "other functions of the text call it, but of those that entry points of such kernels lead to none does";
/** Functions that need not be reached, as `<file>: <function>`, and why. */
const excused = {
  "families/class.wgsl: element_weights": unused,
  "families/class.wgsl: labels_of": unused,
  "families/class.wgsl: losses_of": unused,
  "samples/unmasked.wgsl: prepare_samples": unused,
  "selection/trimmed/batch.wgsl: belonging": unused,
  "selection/trimmed/batch.wgsl: pass_finalize": unused,
};

/** Every function of shaders/**, in short as the kernels have it. */
async function declaredFunctions() {
  const { readShaders } = await import("./wgsl.mjs");
  return readShaders().flatMap(([, text, path]) => {
    const names = (wgsl) => functionsOf(tokensOf(wgsl)).map(({ name }) => name);
    const long = names(readFileSync(join(root, "shaders", path), "utf8"));
    const short = names(text);
    if (short.length !== long.length)
      throw new Error(`shaders/${path}: ${long.length} functions, ${short.length} in short`);
    return long.map((name, i) => ({ what: `${path}: ${name}`, text, short: short[i], found: false }));
  });
}

/** What is not reached though it should be, or excused though it is, as sentences. */
async function unreached(folder) {
  const functions = await declaredFunctions();
  for (const file of readdirSync(folder)) {
    const kernel = readFileSync(join(folder, file), "utf8");
    const end = kernel.indexOf("\n");
    const code = kernel.slice(end + 1);
    const present = new Map();
    const open = functions.filter(({ found, text }) => {
      if (!found && !present.has(text)) present.set(text, code.includes(text));
      return !found && present.get(text);
    });
    // Most kernels have nothing that is not known to be reached.
    if (open.length === 0) continue;
    const reached = reachedFrom(code, kernel.slice(0, end));
    for (const one of open) one.found = reached.has(one.short);
  }
  console.log(
    `${functions.filter(({ found }) => found).length} of ${functions.length} functions of WGSL are reached by tests`,
  );
  return functions.flatMap(({ what, found }) => {
    if (found) return excused[what] ? [`${what} is reached, so it needs no excuse`] : [];
    return excused[what] ? [] : [`${what}: no test dispatches a kernel that calls it`];
  });
}

/** Has tests that run from now on leave their kernels; `problems` tells what they did not reach, and cleans up. */
export function reachedFolder() {
  const folder = mkdtempSync(join(tmpdir(), "webgpu-losses-reached-"));
  process.env.REACHED_FOLDER = folder;
  return {
    async problems() {
      delete process.env.REACHED_FOLDER;
      const found = await unreached(folder);
      rmSync(folder, { recursive: true, force: true });
      return found;
    },
  };
}
