// The same GPU tests on the other WGSL compiler, naga, which Deno carries. Started by Deno, not by Node:
//   npx deno run -A node_modules/vitest/vitest.mjs run -c vitest.naga.config.ts
import { defineConfig } from "vitest/config";
import { softwareDriver } from "./scripts/lib/browsers.mjs";
import { excludedBy, gpuTests, kernelSetup, shared } from "./scripts/lib/runtimes.mjs";
import { LongestFirst } from "./scripts/lib/sequencer.mjs";
import { findVulkan } from "./scripts/lib/vulkan.mjs";

const driver = softwareDriver ? findVulkan().naga : undefined;

export default defineConfig({
  test: {
    name: "naga",
    sequence: { sequencer: LongestFirst },
    include: gpuTests,
    exclude: excludedBy("naga"),
    setupFiles: kernelSetup,
    pool: "forks", // threads fail at teardown in Deno
    ...shared,
    env: { ...shared.env, ...(driver && { VK_ICD_FILENAMES: driver }) },
  },
});
