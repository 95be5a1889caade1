/** Which backend of TensorFlow.js trains a network, one training at a time: the backend is a setting of the whole page. */
import { isSoftware } from "../../bench/baseline/adapter.js";
import type { Engine } from "./engine.js";
import type { Tf } from "./tensorflow.js";

export type BackendName = "webgpu" | "cpu";

/**
 * Those that an engine has, the one to be preferred for networks first. TensorFlow.js' products of matrices wait at barriers, for which
 * software adapters pay dearly: its CPU backend is several times as fast there.
 */
export function backendsOf({ device }: Pick<Engine, "device">): BackendName[] {
  if (!device) return ["cpu"];
  return isSoftware(device.adapterInfo) ? ["cpu", "webgpu"] : ["webgpu", "cpu"];
}

/** The one on the device of the engine, where there is a device: kernels of the library then stand between those of TensorFlow.js. */
export const backendOf = ({ device }: Pick<Engine, "device">): BackendName => (device ? "webgpu" : "cpu");

let last: Promise<unknown> = Promise.resolve();

/** Does the work on a backend, after all that came before, and leaves the backend that was there. */
export function computeOn<T>(tf: Tf, backend: BackendName, work: () => Promise<T>): Promise<T> {
  const turn = last.then(async () => {
    const before = tf.getBackend();
    if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend} here`);
    try {
      return await work();
    } finally {
      await tf.setBackend(before);
    }
  });
  last = turn.catch(() => {}); // whoever asked for it hears of it
  return turn;
}
