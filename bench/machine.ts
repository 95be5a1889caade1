/** What figures belong to. */
import { devDependencies, version } from "../package.json";
import type { Machine } from "./rows.js";

/** `libraries` are development dependencies, whose versions are exact; `more` has the versions of others. */
export function machineOf(
  { vendor, architecture, device, description }: GPUAdapterInfo,
  runtime: string,
  libraries: readonly (keyof typeof devDependencies)[],
  more: readonly string[] = [],
): Machine {
  return {
    adapter: [vendor, architecture].filter(Boolean).join(" ") || "unknown",
    driver: description || device || "unknown",
    runtime,
    versions: [
      `webgpu-losses ${version}`,
      ...libraries.map((name) => `${name} ${devDependencies[name]}`),
      ...more,
    ].join("; "),
    date: new Date().toISOString().slice(0, 10),
  };
}

export const peerLibraries = [
  "@tensorflow/tfjs",
  "@tensorflow/tfjs-backend-webgpu",
  "@tensorflow/tfjs-backend-wasm",
  "@jax-js/jax",
] as const;

export const machineLine = ({ adapter, driver, runtime, versions, date }: Machine): string =>
  [`${adapter} (${driver})`, runtime, versions, date].join("; ");
