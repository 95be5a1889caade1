/// <reference types="vite/client" />
// The one way in which tests get a GPU, the same in all runtimes.
import { afterAll, afterEach, type TestContext } from "vitest";

export type Runtime = "dawn" | "naga" | "chromium" | "firefox";

export const runtime: Runtime = detectRuntime();

function detectRuntime(): Runtime {
  if ("Deno" in globalThis) return "naga";
  if (typeof process !== "undefined" && process.versions?.node) return "dawn";
  return navigator.userAgent.includes("Firefox") ? "firefox" : "chromium";
}

/** Whether whole products of losses and options are tried, rather than every pair of them. */
export const exhaustive = import.meta.env.EXTENT === "every";

/** What tells soon whether a change works: `npm test` without TESTS. */
export const brief = import.meta.env.EXTENT === "";

/**
 * Whether a test file (its name without `.gpu.test.ts`) tries its lists of losses, tunings and options in full in this runtime.
 * Elsewhere each of them keeps what leads through every kernel; scripts/lib/runtimes.mjs says why.
 */
export function thoroughIn(file: string): boolean {
  return !JSON.parse(import.meta.env.SHORTER)[runtime].includes(file);
}

export interface TestDevice {
  device: GPUDevice;
  adapter: GPUAdapter;
  runtime: Runtime;
  /** What WebGPU reported outside of error scopes. Not empty at the end of a test: the test fails. Expected: empty it. */
  errors: string[];
}

const open = new Set<TestDevice>();

async function requestTestAdapter(): Promise<GPUAdapter> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error(`${runtime}: no WebGPU adapter`);
  return adapter;
}

/** Skips the running test, with a reason in the table of `npm test`, where the adapter lacks one of the features. */
export async function skipUnlessSupported(context: TestContext, ...features: GPUFeatureName[]): Promise<void> {
  // The adapter's word counts: Deno grants devices `subgroups`, which naga does not have.
  const adapter = await requestTestAdapter();
  const missing = features.filter((feature) => !adapter.features.has(feature));
  if (missing.length > 0) skip(context, `${runtime} has no ${missing.join(", ")}`);
}

/** Skips the running test; the reason appears in the table of `npm test`. */
export function skip(context: TestContext, reason: string): never {
  Object.assign(context.task.meta, { skipReason: reason }); // the JSON report carries meta but not vitest's own note
  return context.skip(reason);
}

/** A device that lives until the end of the test file. A feature or limit that the adapter lacks is an error. */
export async function requestTestDevice(
  features: GPUFeatureName[] = [],
  limits: Record<string, number> = {},
): Promise<TestDevice> {
  const adapter = await requestTestAdapter();
  const missing = features.filter((feature) => !adapter.features.has(feature));
  if (missing.length > 0) throw new Error(`${runtime}: the adapter has no ${missing.join(", ")}`);
  const device = await adapter.requestDevice({ requiredFeatures: features, requiredLimits: limits });
  const opened: TestDevice = { device, adapter, runtime, errors: [] };
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault(); // not to the console as well
    opened.errors.push((event as GPUUncapturedErrorEvent).error.message);
  });
  void device.lost.then(({ reason, message }) => {
    if (reason !== "destroyed") opened.errors.push(`device lost: ${message}`);
  });
  open.add(opened);
  return opened;
}

afterEach(async () => {
  const errors: string[] = [];
  for (const { device, errors: found } of open) {
    // Errors arrive in order with the queue, so after this all of the test's own are here.
    await device.queue.onSubmittedWorkDone().catch(() => {}); // the test may have destroyed the device
    await new Promise((resolve) => setTimeout(resolve, 0)); // events are tasks
    errors.push(...found.splice(0));
  }
  if (errors.length > 0) throw new Error(`uncaptured WebGPU errors:\n${errors.join("\n")}`);
});

afterAll(() => {
  for (const { device } of open) device.destroy();
  open.clear();
});
