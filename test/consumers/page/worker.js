// A worker that computes on a device of its own.
import { run, zmse } from "../node_modules/webgpu-losses/dist/index.js";

self.onmessage = async ({ data }) => {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter.requestDevice();
  const { loss, mask } = await run(device, zmse(), data);
  self.postMessage({ loss, mask });
};
