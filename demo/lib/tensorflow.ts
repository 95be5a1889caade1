/** TensorFlow.js, loaded when a panel asks for it: one copy for the page, on the lab's own device where there is one, else on its CPU backend. */
import { type Tf, useDevice } from "../../bench/tfjs.js";
import type { Engine } from "./engine.js";

export type { Tensor, Tf } from "../../bench/tfjs.js";

let opened: Promise<Tf> | undefined;

/** The same for all panels, since a page has one engine. */
export function openTensorflow(engine: Engine): Promise<Tf> {
  opened ??= open(engine);
  return opened;
}

async function open({ device }: Engine): Promise<Tf> {
  const tf = await import("@tensorflow/tfjs");
  if (device) useDevice(tf, await import("@tensorflow/tfjs-backend-webgpu"), device);
  await tf.setBackend(device ? "webgpu" : "cpu");
  await tf.ready();
  return tf;
}
