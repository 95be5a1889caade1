// Commands that open a device in Node. A process's libraries are looked for where its environment said at its start, so the work
// gets a process of its own, with the software adapter's unless WEBGPU_DRIVER says otherwise.
import { fileURLToPath } from "node:url";
import { findChromium, softwareDriver } from "./browsers.mjs";
import { ensureDependencies } from "./dependencies.mjs";
import { run } from "./run.mjs";
import { findVulkan } from "./vulkan.mjs";

/** Starts the script `url` again, with "--inner" before its `args`; there, does the `work`, which resolves to the exit code. */
export async function inOwnProcess(url, args, work) {
  if (args[0] !== "--inner") {
    ensureDependencies();
    if (softwareDriver) findChromium({ install: true }); // brings the software adapter
    const { dawn, environment } = findVulkan();
    const env = softwareDriver && dawn ? { ...environment, VK_ICD_FILENAMES: dawn } : environment;
    process.exitCode = run(process.execPath, [fileURLToPath(url), "--inner", ...args], { env });
    return;
  }
  try {
    process.exitCode = await work();
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  }
  process.exit(); // Dawn's threads would keep it alive
}
