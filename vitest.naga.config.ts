// The same GPU tests on the other WGSL compiler, naga, which Deno carries. Started by Deno, not by Node:
//   npx deno run -A node_modules/vitest/vitest.mjs run -c vitest.naga.config.ts
import { defineConfig } from "vitest/config";
import { softwareDriver } from "./scripts/lib/browsers.mjs";
import { findVulkan } from "./scripts/lib/vulkan.mjs";

const driver = softwareDriver ? findVulkan().naga : undefined;

export default defineConfig({
  test: {
    name: "naga",
    include: ["test/**/*.gpu.test.ts"],
    pool: "forks", // threads fail at teardown in Deno
    env: driver ? { VK_ICD_FILENAMES: driver } : {},
    testTimeout: 120_000, // software adapters are slow
    hookTimeout: 120_000,
  },
});
