// Installing what is missing.
import { statSync } from "node:fs";
import { join } from "node:path";
import { root, runNpm } from "./run.mjs";

const modified = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** `npm ci` when node_modules is missing or older than the lockfile. */
export function ensureDependencies() {
  // npm writes this file last, so an interrupted install is repeated.
  if (modified("node_modules/.package-lock.json") >= modified("package-lock.json")) return;
  console.log("installing the dependencies, about 1 GB, which takes a minute or two: npm ci");
  if (runNpm("npm", ["ci", "--no-audit", "--no-fund"]) !== 0) throw new Error("npm ci failed");
}
