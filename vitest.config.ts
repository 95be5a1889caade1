// The projects of `npm test`; `npx vitest --project dawn` runs one.
// The fifth runtime, naga in Deno, has vitest.naga.config.ts.
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import {
  chromiumArguments,
  findChromium,
  findFirefox,
  firefoxPreferences,
  softwareDriver,
} from "./scripts/lib/browsers.mjs";
import { peers } from "./scripts/lib/peers.mjs";
import { excludedBy, gpuSetup, gpuTests, kernelSetup, shared } from "./scripts/lib/runtimes.mjs";
import { LongestFirst } from "./scripts/lib/sequencer.mjs";
import { findVulkan } from "./scripts/lib/vulkan.mjs";

const driver = softwareDriver ? findVulkan().dawn : undefined;

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    coverage: {
      include: ["src/**/*.ts"],
      exclude: ["src/**/*.generated.ts"],
      // Lines that no test reaches, and where they are.
      reporter: [["text", { skipFull: true }], "text-summary"],
      thresholds: { lines: 95 },
    },
    projects: [
      {
        test: {
          name: "cpu",
          include: ["test/**/*.test.ts"],
          exclude: [...gpuTests, ...excludedBy("cpu")],
          ...shared,
        },
      },
      {
        test: {
          name: "dawn",
          include: gpuTests,
          exclude: excludedBy("dawn"),
          pool: "forks", // a native module: threads share its state
          setupFiles: ["test/setup/dawn.ts", ...kernelSetup],
          ...shared,
          env: { ...shared.env, ...(driver && { VK_ICD_FILENAMES: driver }) },
        },
      },
      {
        // Found only while a test runs, a dependency would reload the page in the middle of it.
        optimizeDeps: { include: ["fast-check", "@observablehq/plot", ...peers] },
        test: {
          name: "browser",
          include: gpuTests,
          setupFiles: gpuSetup,
          ...shared,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            instances: [
              {
                name: "chromium",
                browser: "chromium",
                exclude: excludedBy("chromium"),
                provider: playwright({
                  launchOptions: { executablePath: findChromium(), args: chromiumArguments() },
                }),
              },
              {
                name: "firefox",
                browser: "firefox",
                exclude: excludedBy("firefox"),
                provider: playwright({
                  launchOptions: {
                    channel: "moz-firefox", // the stock Firefox, not Playwright's patched one
                    executablePath: findFirefox(),
                    firefoxUserPrefs: firefoxPreferences,
                  },
                }),
              },
            ],
          },
        },
      },
    ],
  },
});
