// Gives Node the WebGPU of a browser, before a test file is loaded.
import { afterAll } from "vitest";
import { create, globals } from "webgpu";
import { pollSlowly } from "../../bench/node/pollSlowly.js";

Object.assign(globalThis, globals);
if (!("navigator" in globalThis)) Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });

pollSlowly();

// This reference keeps Dawn alive while a test file runs; without dropping it at the end Node would not exit.
let gpu: GPU | undefined = create([]);
Object.defineProperty(navigator, "gpu", { get: () => gpu, configurable: true });
afterAll(() => {
  gpu = undefined;
});
