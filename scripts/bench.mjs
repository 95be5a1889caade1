// `npm run bench`: installs what is missing, then measures against a hand-written baseline, TensorFlow.js and a plain copy.
//   npm run bench -- --quick             only three sizes
//   npm run bench -- --large             more rows, and a network of 512 units: minutes more
//   npm run bench -- --resume            goes on where the last run of this machine was interrupted
//   npm run bench -- --filter "zmse 1024"   cases whose name and shape contain it; writes no results
//   npm run bench -- --profile           the time of every dispatch instead
// Results go to bench/results. WEBGPU_DRIVER=hardware measures the machine's own GPU instead of the software adapter.
import { fileURLToPath } from "node:url";
import { findChromium, softwareDriver } from "./lib/browsers.mjs";
import { ensureDependencies } from "./lib/dependencies.mjs";
import { root, run } from "./lib/run.mjs";
import { findVulkan } from "./lib/vulkan.mjs";

const args = process.argv.slice(2);
const flags = ["quick", "large", "profile", "resume"];

if (args[0] !== "--inner") {
  ensureDependencies();
  if (softwareDriver) findChromium({ install: true }); // brings the software adapter
  const { dawn, environment } = findVulkan();
  // A process's libraries are looked for where its environment said at its start, so the bench gets a process of its own.
  const env = softwareDriver && dawn ? { ...environment, VK_ICD_FILENAMES: dawn } : environment;
  process.exitCode = run(process.execPath, [fileURLToPath(import.meta.url), "--inner", ...args], { env });
} else {
  const options = {};
  for (let i = 1; i < args.length; i++) {
    const name = args[i].replace(/^--/, "");
    if (flags.includes(name)) options[name] = true;
    else if (name === "filter" && args[i + 1]) options.filter = args[++i];
    else {
      console.error(`npm run bench knows ${flags.map((flag) => `--${flag}`).join(", ")} and --filter, got ${args[i]}`);
      process.exit(2);
    }
  }
  // A server, for it stays: kernels that plans load on demand are imported in the midst of a run.
  const { createServer } = await import("vite");
  const server = { middlewareMode: true, hmr: false, ws: false, watch: null };
  const vite = await createServer({ root, configFile: false, logLevel: "warn", appType: "custom", server });
  const { main } = await vite.ssrLoadModule("/bench/main.ts");
  await main(options, root);
  process.exit(); // Dawn's threads would keep it alive
}
