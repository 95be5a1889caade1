/** Other libraries with the same loss, each in its strongest form. */
import type { Pace, Variant } from "./harness.js";
import { type Jax, type JaxBackend, jaxOf } from "./jax.js";
import { evaluateOf } from "./ours.js";
import type { Task } from "./task.js";
import { type Tf, useDevice } from "./tfjs.js";
import { type TfForm, type TfPlace, tfjsClassOf, tfjsZmseOf } from "./tfjsVariants.js";
import { type Torch, torchForms } from "./torch.js";

export type TfBackend = "webgpu" | "wasm" | "cpu";

/** What could be loaded; ours is measured alone where there is nothing. */
export interface Peers {
  readonly tf?: Tf;
  readonly tfBackends: readonly TfBackend[];
  readonly jax?: Jax;
  readonly jaxBackends: readonly JaxBackend[];
  /** In Node, where it is wanted. */
  readonly torch?: Torch;
}

export const noPeers: Peers = { tfBackends: [], jaxBackends: [] };

/** CPU columns up to here: a step of tfjs-cpu takes a quarter of a second at 2^20. */
const CPU_ELEMENTS = 2 ** 16;
/** Float64 up to here: a step takes about as long there. */
const EVALUATE_ELEMENTS = 2 ** 20;

/** What loads the libraries, in a browser and in Node. */
export interface Sources {
  readonly tf: () => Promise<Tf>;
  readonly tfWebgpu: () => Promise<Parameters<typeof useDevice>[1]>;
  /** Registers the backend, and says where its files are. */
  readonly tfWasm: () => Promise<void>;
  readonly jax: () => Promise<Jax>;
}

/** Loads what there is; `say` hears about what does not load. */
export async function loadPeers(device: GPUDevice, sources: Sources, say: (line: string) => void): Promise<Peers> {
  const attempt = async <T>(name: string, load: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await load();
    } catch (error) {
      say(`left out: ${name}: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  };
  const tf = await attempt("TensorFlow.js", sources.tf);
  const tfBackends: TfBackend[] = tf ? ["cpu"] : [];
  if (tf) {
    const webgpu = await attempt("its backend webgpu", async () => useDevice(tf, await sources.tfWebgpu(), device));
    if (webgpu) tfBackends.unshift("webgpu");
    const wasm = await attempt("its backend wasm", async () => {
      await sources.tfWasm();
      if (!(await tf.setBackend("wasm"))) throw new Error("it does not start");
      return true;
    });
    if (wasm) tfBackends.push("wasm");
  }
  const jax = await attempt("jax-js", sources.jax);
  const wanted = ["webgpu", "wasm"] as const;
  const started = (jax && (await attempt("its backends", () => jax.init(...wanted)))) ?? [];
  const jaxBackends = wanted.filter((backend) => started.includes(backend));
  // Of what does not fit the device thousands of errors come, each with a trace; its results are wrong, and it is left out for that.
  if (jaxBackends.includes("webgpu"))
    jax!.getWebGPUDevice().addEventListener("uncapturederror", (e) => e.preventDefault());
  for (const backend of wanted) if (jax && !jaxBackends.includes(backend)) say(`left out: jax-js on ${backend}`);
  return { tf, tfBackends, jax, jaxBackends };
}

/** In the place of one that cannot even be made: who verifies hears why. */
const failing = (name: string, error: unknown): Variant => ({
  name,
  run: () => Promise.reject(error),
  verify: () => Promise.reject(new Error(`${name}: ${error instanceof Error ? error.message : error}`)),
  dispose() {},
});

/** All that know the loss of a task: the z-masked squared error, cross-entropy or sgce. */
export async function peersOf(
  device: GPUDevice,
  { tf, tfBackends, jax, jaxBackends, torch }: Peers,
  task: Task,
  pace: Pace,
): Promise<Variant[]> {
  const elements = task.shape[0] * (task.shape[1] ?? 1);
  const variants: Variant[] = [];
  const add = async (name: string, create: () => Promise<Variant>) =>
    variants.push(await create().catch((error) => failing(name, error)));
  const inTf = (form: TfForm, place: TfPlace) =>
    add(`tfjs ${form}`, () => (task.loss.family === "class" ? tfjsClassOf : tfjsZmseOf)(tf!, task, form, place));
  const inJax = (backend: JaxBackend) => add(`jax-${backend}`, () => jaxOf(jax!, backend, task, pace));
  if (tf && tfBackends.includes("webgpu")) {
    await inTf("byHand", device);
    await inTf("byAutograd", device);
  }
  if (jax && jaxBackends.includes("webgpu")) await inJax("webgpu");
  if (tf && tfBackends.includes("wasm")) await inTf("byHand", "wasm");
  if (jax && jaxBackends.includes("wasm")) await inJax("wasm");
  if (tf && tfBackends.includes("cpu") && elements <= CPU_ELEMENTS) await inTf("byHand", "cpu");
  for (const form of torchForms) if (torch) await add(`torch ${form}`, () => torch.variantOf(task, form));
  if (elements <= EVALUATE_ELEMENTS) variants.push(evaluateOf(task));
  return variants;
}
