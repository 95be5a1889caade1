// TensorFlow.js as tests have it: one copy, and its WebGPU backend on a device of ours or of its own.
import type * as Tensorflow from "@tensorflow/tfjs";
import type * as Backend from "@tensorflow/tfjs-backend-webgpu";
import {
  barron,
  crossEntropy,
  huber,
  type Inputs,
  type Loss,
  lai,
  laiMae,
  laiMse,
  type Result,
  type Shape,
  zbce,
  zMasked,
  zmse,
} from "../../src/index.js";
import { type KeptOutput, type TfjsOptions, toTfjs } from "../../src/tfjs.js";
import { binaryData, classData, regressionData } from "./data.js";
import { classLosses, elementLosses } from "./losses.js";

export type Tf = typeof Tensorflow;

/** Node's own builds are CommonJS, browsers get modules. */
const moduleOf = <T>(loaded: T): T => (loaded as { default?: T }).default ?? loaded;

export async function loadTf(): Promise<Tf> {
  return moduleOf(await import("@tensorflow/tfjs"));
}

async function loadBackend(): Promise<typeof Backend> {
  // Looked at while it is loaded, and Node has none.
  if (!navigator.userAgent) Object.defineProperty(navigator, "userAgent", { value: "test", configurable: true });
  return moduleOf(await import("@tensorflow/tfjs-backend-webgpu"));
}

/** The factory of the backend's own device, which the package registers when it is loaded. */
let own: (() => unknown) | undefined;

/** The WebGPU backend, on a device that a test has requested. */
export async function useWebgpu(tf: Tf, device: GPUDevice): Promise<void> {
  const { WebGPUBackend } = await loadBackend();
  own ??= tf.findBackendFactory("webgpu");
  tf.removeBackend("webgpu");
  tf.registerBackend("webgpu", () => new WebGPUBackend(device, device.adapterInfo), 3);
  await tf.setBackend("webgpu");
  await tf.ready();
}

/** The WebGPU backend on the device that it requests. Call {@link useWebgpu} before. */
export async function useOwnWebgpu(tf: Tf): Promise<void> {
  tf.removeBackend("webgpu");
  tf.registerBackend("webgpu", own as never, 3);
  await tf.setBackend("webgpu");
  await tf.ready();
}

/** Losses that between them have every id of the package, with the smallest data that shows what they do. */
export function lossesById(): [id: string, loss: Loss, inputs: Inputs, shape: Shape][] {
  const { predictions, targets } = regressionData(40, 3);
  const binary = binaryData(40, 3, 0.1);
  const classes = classData(24, 5, 3, 0.1);
  const slopes = Float32Array.from(regressionData(40, 5).targets, (x) => x + 0.01);
  const bases: Loss[] = [...elementLosses.map((factory) => factory(factory === barron ? { alpha: 1 } : {}))];
  const all: Loss[] = [
    ...bases,
    ...classLosses,
    ...[zmse(), zbce(), zMasked(huber(), { threshold: 1.5 }), zMasked(crossEntropy(), { threshold: 1.5 })],
    ...[
      laiMae({ lambda: 0.5 }),
      laiMse({ lambda: 2 }),
      lai(huber(), { lambda: 0.7 }),
      zMasked(laiMse({ lambda: 0.5 })),
    ],
  ];
  const seen = new Set<string>();
  return all.flatMap((loss): [string, Loss, Inputs, Shape][] => {
    const { loss: id, of } = loss.toJSON();
    const name = id === "zMasked" ? `zMasked ${(of as { loss: string }).loss}` : id;
    if (seen.has(name)) return [];
    seen.add(name);
    if (loss.family === "class") return [[name, loss, classes, [24, 5]]];
    if (loss.family === "binary") return [[name, loss, binary, [40]]];
    const sloped = name.includes("lai");
    return [[name, loss, { predictions, targets, ...(sloped && { slopes }) }, [40]]];
  });
}

/** Everything that a loss makes of some inputs in TensorFlow.js, in the form of `run`'s results. */
export async function compute(
  tf: Tf,
  loss: Loss,
  inputs: Inputs,
  shape: readonly number[],
  options: TfjsOptions & { readonly dy?: Tensorflow.Tensor } = {},
): Promise<Result<Float32Array>> {
  const { dy, ...rest } = options;
  const masked = "base" in loss;
  const keep: KeptOutput[] = ["summary", "perSample", ...(masked ? (["mask", "z", "statistics"] as const) : [])];
  const f = toTfjs(tf, loss, { keep, ...(rest as object) });
  const given = Object.entries(inputs).map(([name, values]) => {
    if (typeof values === "number" || name === "givenStatistics") return [name, values];
    const data = /predictions|targets|logits/.test(name);
    const rows = name === "labels" && values.length === shape.reduce((a, b) => a * b, 1);
    const own = data || rows ? shape : name === "slopes" ? [shape[0], values.length / shape[0]] : [values.length];
    const ids = name === "labels" && loss.family === "class" && !rows;
    return [name, tf.tensor(Array.from(values as ArrayLike<number>), own as number[], ids ? "int32" : "float32")];
  });
  const tensors = Object.fromEntries(given) as Record<string, Tensorflow.Tensor>;
  const names = Object.keys(tensors).filter((name) => /^(predictions|logits|slopes)$/.test(name));
  const { value, grads } = tf.valueAndGrads((...all: Tensorflow.Tensor[]) =>
    f.with({ ...tensors, ...Object.fromEntries(names.map((name, i) => [name, all[i]])) }),
  )(
    names.map((name) => tensors[name]),
    dy as Tensorflow.Scalar,
  );
  const last = await f.last.read();
  const read = (tensor: Tensorflow.Tensor): Promise<Float32Array> => tensor.data<"float32">();
  const result = {
    ...last,
    loss: options.reduction === "none" ? await read(value) : (await read(value))[0],
    gradient: await read(grads[names.indexOf(names.find((name) => name !== "slopes")!)]),
    ...("slopes" in tensors && { slopeGradient: await read(grads[names.indexOf("slopes")]) }),
    warnings: [],
  };
  f.dispose();
  tf.dispose([tensors, value, grads] as never);
  return result as unknown as Result<Float32Array>;
}
