// Node with Dawn's bindings. `npm run package` runs it beside an installed copy of the package.
import { create, globals } from "webgpu";
import { evaluate, run, zmse } from "webgpu-losses";

Object.assign(globalThis, globals); // GPUBufferUsage and its like
const gpu = create([]); // has to stay: without a reference it is collected, and the process ends in the midst of its work
const adapter = await gpu.requestAdapter();
const device = await adapter.requestDevice();

const data = { predictions: [1, 2, 3, 4, 5, 6, 7], targets: [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 99] };
const text = ({ loss, mask }) => `loss ${loss.toFixed(2)}, kept ${mask}`;
console.log(`evaluate: ${text(evaluate(zmse(), data))}`);
console.log(`run: ${text(await run(device, zmse(), data))}`);
// Its kernels are in a module that is loaded on demand.
console.log(`run, medians: ${text(await run(device, zmse({ estimator: "median" }), data))}`);
process.exit(); // Dawn's threads would keep it alive
