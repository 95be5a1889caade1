// Starting other programs. Everything in scripts/lib must load before node_modules exists: only node: imports.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** require() as seen from the repository; call it only when the package is needed. */
export const require = createRequire(import.meta.url);

/** Runs a program in the repository, its output passed through; returns its exit code (1 when it cannot start). */
export function run(command, args, { env = {}, quiet = false, shell = false } = {}) {
  const stdio = quiet ? "ignore" : "inherit";
  const result = spawnSync(command, args, { cwd: root, stdio, shell, env: { ...process.env, ...env } });
  if (result.error && !quiet) console.error(`${command}: ${result.error.message}`);
  return result.status ?? 1;
}

/** The same without waiting: resolves to the exit code, and gives the output to `print`. */
export function start(command, args, { env = {}, print }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...(process.stdout.isTTY && { FORCE_COLOR: "1" }), ...process.env, ...env },
    });
    child.stdout.on("data", print);
    child.stderr.on("data", print);
    child.on("error", (error) => print(`${command}: ${error.message}\n`));
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** npm and npx are .cmd files on Windows, which only a shell can start. */
export function runNpm(command, args) {
  const env = { npm_config_update_notifier: "false" }; // a newer npm is no news of ours
  return run(command, args, { env, shell: process.platform === "win32" });
}

export const isRoot = process.getuid?.() === 0;

/** "debian", "ubuntu", "fedora", ... or "" */
export function linuxDistribution() {
  try {
    return /^ID="?([^"\n]*)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "";
  } catch {
    return "";
  }
}

/** Installs Debian packages where that needs no question: on Debian, as root. Returns whether it did. */
export function aptInstall(...packages) {
  if (linuxDistribution() !== "debian" || !isRoot) return false;
  console.log(`installing with apt-get: ${packages.join(" ")}`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  // A failed update may be one unreachable source of several; the install tells.
  run("apt-get", ["update", "-qq"], { env });
  return run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env }) === 0;
}
