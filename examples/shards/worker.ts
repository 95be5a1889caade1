/** A Web Worker with a device of its own that serves one shard; see remote.ts for the other end. */
import { type Inputs, type LossSpec, lossFromJSON, type Shape, type ZMaskedLoss } from "../../src/index.js";
import { createShard, type Given, type Shard } from "./shard.js";

/** What a worker is asked. */
export type Request =
  | { readonly kind: "start"; readonly loss: LossSpec; readonly inputs: Inputs; readonly shape: Shape }
  | { readonly kind: "moments" }
  | { readonly kind: "masked"; readonly given: Given };

let shard: Shard | undefined;

async function start({ loss, inputs, shape }: Extract<Request, { kind: "start" }>): Promise<void> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error("this worker has no WebGPU adapter");
  shard = createShard(await adapter.requestDevice(), lossFromJSON(loss) as ZMaskedLoss, inputs, shape);
}

async function answer(request: Request): Promise<unknown> {
  if (request.kind === "start") return start(request);
  if (!shard) throw new Error("this worker has not been started");
  return request.kind === "moments" ? shard.moments() : shard.masked(request.given);
}

self.addEventListener("message", ({ data }: MessageEvent<Request>) => {
  answer(data).then(
    (value) => self.postMessage({ value }),
    (error: unknown) => self.postMessage({ error: String(error) }),
  );
});
