// The page computes on its device, and lets a worker do the same.
import { evaluate, run, zmse } from "webgpu-losses";

const adapter = await navigator.gpu.requestAdapter();
const device = await adapter!.requestDevice();
const data = { predictions: [1, 2, 3, 4, 5, 6, 7], targets: [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 99] };

function show(heading: string, { loss, mask }: { loss: unknown; mask?: Uint8Array }) {
  const line = document.createElement("p");
  line.textContent = `${heading}: loss ${Number(loss).toFixed(2)}, kept ${mask}`;
  document.body.append(line);
}

show("evaluate", evaluate(zmse(), data));
show("run", await run(device, zmse(), data));
// Its kernels are a file of their own in the build.
show("run, medians", await run(device, zmse({ estimator: "median" }), data));
const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
worker.onmessage = ({ data: result }) => show("worker", result);
worker.postMessage(data);
