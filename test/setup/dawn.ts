// Gives Node the WebGPU of a browser, before a test file is loaded.
import { afterAll } from "vitest";
import { create, globals } from "webgpu";
import { recordPipelines } from "./reached.js";

Object.assign(globalThis, globals);
if (process.env.REACHED_FOLDER) recordPipelines(process.env.REACHED_FOLDER);
if (!("navigator" in globalThis)) Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });

// Dawn asks for its events with setImmediate as long as anything is under way, which keeps a whole core busy.
globalThis.setImmediate = ((action: () => void) => setTimeout(action, 1)) as unknown as typeof setImmediate;

// This reference keeps Dawn alive while a test file runs; without dropping it at the end Node would not exit.
let gpu: GPU | undefined = create([]);
Object.defineProperty(navigator, "gpu", { get: () => gpu, configurable: true });
afterAll(() => {
  gpu = undefined;
});
