/** A shard that lives in a Web Worker. One request at a time: the worker answers in order. */
import type { Inputs, Loss, Moments, Shape } from "../../src/index.js";
import type { Shard, Sums } from "./shard.js";
import type { Request } from "./worker.js";

function ask<T>(worker: Worker, request: Request): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.onmessage = ({ data }: MessageEvent<{ value: T } | { error: string }>) =>
      "error" in data ? reject(new Error(data.error)) : resolve(data.value);
    worker.postMessage(request);
  });
}

/** Starts a worker with its part of a batch. */
export async function startShard(worker: Worker, loss: Loss, inputs: Inputs, shape: Shape): Promise<Shard> {
  await ask(worker, { kind: "start", loss: loss.toJSON(), inputs, shape });
  return {
    moments: () => ask<Moments[]>(worker, { kind: "moments" }),
    masked: (given) => ask<Sums>(worker, { kind: "masked", given }),
  };
}
