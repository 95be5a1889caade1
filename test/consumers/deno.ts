// Deno, with its own WebGPU. `npm run package` runs it beside an installed copy of the package.
import { evaluate, type Result, run, zmse } from "webgpu-losses";

const adapter = await navigator.gpu.requestAdapter();
const device = await adapter!.requestDevice();

const data = { predictions: [1, 2, 3, 4, 5, 6, 7], targets: [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 99] };
const text = ({ loss, mask }: Result<Float32Array> | Result<Float64Array>) =>
  `loss ${Number(loss).toFixed(2)}, kept ${mask}`;
console.log(`evaluate: ${text(evaluate(zmse(), data))}`);
console.log(`run: ${text(await run(device, zmse(), data))}`);
console.log(`run, medians: ${text(await run(device, zmse({ estimator: "median" }), data))}`);
