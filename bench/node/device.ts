/** A device of Dawn's bindings for Node, as `navigator.gpu` of a browser would give it. */
import { create, globals } from "webgpu";
import { deviceOf } from "../device.js";
import { pollSlowly } from "./pollSlowly.js";

/** An error that nobody expects ends the process: times of work that WebGPU refused to do mean nothing. */
export async function openDevice(): Promise<{ info: GPUAdapterInfo; device: GPUDevice }> {
  Object.assign(globalThis, globals);
  // Dawn lives as long as this reference. Rounded as in browsers, its clock would hide short steps.
  const gpu = create(["disable-dawn-features=timestamp_quantization"]);
  Object.defineProperty(globalThis, "navigator", { value: { gpu, userAgent: "bench" }, configurable: true });
  pollSlowly();
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error("no WebGPU adapter");
  const device = await deviceOf(adapter, (message) => {
    console.error(message);
    process.exit(1);
  });
  return { info: adapter.info, device };
}
