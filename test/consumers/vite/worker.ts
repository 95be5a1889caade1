// A worker that computes on a device of its own.
import { type RegressionInputs, run, zmse } from "webgpu-losses";

self.onmessage = async ({ data }: MessageEvent<RegressionInputs>) => {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice();
  const { loss, mask } = await run(device, zmse(), data);
  self.postMessage({ loss, mask });
};
