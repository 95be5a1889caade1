// Projects that use the package as anybody would: the files in test/consumers, in a folder of their own into which the tarball
// is installed. Each says what it computed; it has to be the same in all of them.
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { chromiumArguments, findChromium, softwareDriver } from "./lib/browsers.mjs";
import { root } from "./lib/run.mjs";

const answer = "loss 0.25, kept 1,1,1,1,1,1,0";
const timeLimit = 240_000; // many times what a slow machine needs

/** The packages that projects have beside ours, linked rather than downloaded once more. */
const companions = ["webgpu", "@tensorflow/tfjs"];

/** Runs a program to its end; it never throws. */
function start(command, args, { cwd, env = {} }) {
  const shell = process.platform === "win32" && command === "npm";
  const options = { cwd, shell, timeout: timeLimit, env: { ...process.env, ...env } };
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) =>
      resolve({ ok: !error, lines: stdout.trim().split("\n"), text: `${error?.message ?? ""}\n${stdout}${stderr}` }),
    );
  });
}

/** What is wrong with the lines that a project printed: each of these headings has to have the answer. */
function wrongLines(name, lines, headings) {
  return headings
    .filter((heading) => !lines.includes(`${heading}: ${answer}`))
    .map((heading) => `${name}: "${heading}" must say "${answer}", got:\n${lines.join("\n")}`);
}

async function install(tarball, folder) {
  cpSync(join(root, "test/consumers"), folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  const flags = ["--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline"];
  const { ok, text } = await start("npm", ["install", ...flags, tarball], { cwd: folder });
  if (!ok) throw new Error(`npm install of the tarball failed:\n${text}`);
  if (existsSync(join(folder, "node_modules/@webgpu"))) throw new Error("the package must not bring @webgpu/types");
  for (const name of companions) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link, "junction");
  }
}

/** A program that prints its lines. */
async function program(name, args, headings, { folder, env }) {
  const { ok, lines, text } = await start(process.execPath, args, { cwd: folder, env });
  return ok ? wrongLines(name, lines, headings) : [`${name} failed:\n${text}`];
}

/** A project that has to compile. */
async function types(folder, configuration) {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { ok, text } = await start(process.execPath, [tsc, "-p", join("types", configuration)], { cwd: folder });
  return ok ? [] : [`types/${configuration}:\n${text}`];
}

/** Builds the application of vite, and serves the folder as it is. */
async function serve(folder) {
  const { build, preview } = await import("vite");
  const quiet = { configFile: false, logLevel: "error" };
  const target = { outDir: "dist", target: "es2022" };
  await build({ ...quiet, root: join(folder, "vite"), base: "./", build: target, worker: { format: "es" } });
  const here = { host: "127.0.0.1", port: 0 };
  return preview({ ...quiet, root: folder, appType: "mpa", build: { outDir: "." }, preview: here });
}

/** The pages in Chromium: what they wrote, and that their console had no errors. */
async function pages(folder, headings) {
  const { chromium } = await import("playwright");
  const server = await serve(folder);
  const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArguments() });
  const found = [];
  try {
    for (const path of ["page/index.html", "vite/dist/index.html"]) {
      const page = await browser.newPage();
      const errors = [];
      page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(new URL(path, server.resolvedUrls.local[0]).href);
      const lines = page.locator("p");
      await lines
        .nth(headings.length - 1)
        .waitFor({ timeout: timeLimit })
        .catch(() => errors.push("it did not finish"));
      found.push(...wrongLines(path, await lines.allTextContents(), headings));
      found.push(...errors.map((text) => `${path}: ${text}`));
      await page.close();
    }
  } finally {
    await browser.close();
    await server.close();
  }
  return found;
}

/** What is wrong in any of the projects, made in `parent` from the tarball. `vulkan` is what `findVulkan` found. */
export async function checkConsumers(tarball, parent, { dawn, naga, environment }) {
  const folder = join(parent, "consumers");
  await install(tarball, folder);
  const env = (driver) => (softwareDriver && driver ? { ...environment, VK_ICD_FILENAMES: driver } : environment);
  const both = ["evaluate", "run", "run, medians"];
  const deno = join(root, "node_modules/deno/bin.cjs");
  const projects = {
    TypeScript: () => types(folder, "tsconfig.json"),
    "TypeScript with TensorFlow.js": () => types(folder, "tsconfig.tfjs.json"),
    Node: () => program("Node", ["node.mjs"], both, { folder, env: env(dawn) }),
    "TensorFlow.js in Node": () => program("TensorFlow.js", ["tfjs.mjs"], ["tfjs"], { folder }),
    Deno: () => program("Deno", [deno, "run", "-A", "deno.ts"], both, { folder, env: env(naga) }),
    "pages, workers": () => pages(folder, [...both, "worker"]),
  };
  // At once: the browser waits for its compiler most of the time.
  const found = await Promise.all(
    Object.entries(projects).map(async ([name, check]) => {
      const started = performance.now();
      const problems = await check();
      console.log(
        `${name}: ${problems.length ? "FAILED" : "ok"}, ${((performance.now() - started) / 1000).toFixed(1)} s`,
      );
      return problems;
    }),
  );
  return found.flat();
}
