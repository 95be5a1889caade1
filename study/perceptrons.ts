/** Many perceptrons of one form, trained in step: every product of matrices is one dispatch for all of them, by the tiles of src/network. */

import direct from "../shaders/network/direct.wgsl?raw";
import sizesCode from "../shaders/network/sizes.wgsl?raw";
import tiled from "../shaders/network/tiled.wgsl?raw";
import { type Sizes, sizesSize, tilings, workgroupsFor, writeSizes } from "../src/network/kernels.js";
import { type Kernel, kernelFor } from "../src/pipelines.js";
import { tuningOf } from "../src/tuning.js";
import errors from "./kernels/errors.wgsl?raw";
import firstGradient from "./kernels/firstGradient.wgsl?raw";
import hidden from "./kernels/hidden.wgsl?raw";
import lastGradient from "./kernels/lastGradient.wgsl?raw";
import outputs from "./kernels/outputs.wgsl?raw";
import perceptrons from "./kernels/perceptrons.wgsl?raw";
import slopes from "./kernels/slopes.wgsl?raw";

/** Units of the hidden layer, the last of which is constant, and of the last one with padding; as in kernels/perceptrons.wgsl. */
export const hiddenUnits = 32;
export const paddedOutputs = 16;

export interface Form {
  /** Networks. */
  readonly count: number;
  /** Features of a sample, the constant one among them: a multiple of 16. */
  readonly features: number;
  /** At most 16. */
  readonly outputs: number;
}

/** Numbers of a network: weights [hidden, features], then [outputs, hidden] with padding. */
export const parametersOf = ({ features }: Pick<Form, "features">): number => hiddenUnits * (features + paddedOutputs);

/** Kernels: their texts, what they are bound to, and the sizes of their results in numbers, and the inner dimension. */
const kernels = {
  hidden: { texts: [hidden], buffers: ["inputs", "parameters", "hidden"] },
  outputs: { texts: [outputs], buffers: ["hidden", "parameters", "outputs"] },
  slopes: { texts: [slopes], buffers: ["slopes", "padded"] },
  errors: { texts: [errors], buffers: ["padded", "parameters", "hidden", "errors"] },
  firstGradient: { texts: [firstGradient], buffers: ["errors", "inputs", "gradients"] },
  lastGradient: { texts: [lastGradient], buffers: ["padded", "hidden", "gradients"] },
} as const;
type Name = keyof typeof kernels;

const extents = (
  { features }: Form,
  rows: number,
): Record<Name, readonly [rows: number, columns: number, inner: number]> => ({
  hidden: [rows, hiddenUnits, features],
  outputs: [rows, paddedOutputs, hiddenUnits],
  slopes: [rows, paddedOutputs, 4], // no product
  errors: [rows, hiddenUnits, paddedOutputs],
  firstGradient: [hiddenUnits, features, rows],
  lastGradient: [paddedOutputs, hiddenUnits, rows],
});

/** Buffers of a call, the inputs and the results among them; the same object again binds nothing anew. */
export type Buffers = Readonly<Record<"inputs" | "parameters" | "outputs", GPUBufferBinding>> &
  Readonly<Partial<Record<"slopes" | "gradients", GPUBufferBinding>>>;

export interface Perceptrons {
  /** Outputs [networks, rows, outputs] of inputs [rows, features]. */
  forward(pass: GPUComputePassEncoder, buffers: Buffers): void;
  /** Gradients of all parameters from `slopes`, d loss / d outputs. Behind `forward`. */
  backward(pass: GPUComputePassEncoder, buffers: Buffers): void;
  destroy(): void;
}

/** @param rows samples of every call, a multiple of 64. */
export async function createPerceptrons(device: GPUDevice, form: Form, rows: number): Promise<Perceptrons> {
  if (rows % 64 || form.features % 16 || form.outputs > paddedOutputs) {
    throw new Error(`no kernel takes ${rows} rows of ${form.features} features to ${form.outputs} outputs`);
  }
  const way = tuningOf(device, "study").workgroupSize > 4 ? "tiled" : "direct";
  const tiling = tilings[way];
  const compile = (name: Name): Promise<Kernel> => {
    const { texts } = kernels[name];
    const product = name === "slopes" ? [] : [{ direct, tiled }[way]];
    const code = [sizesCode, perceptrons, ...texts, ...product].join("\n");
    const bindings = [...code.matchAll(/@binding\((\d+)\) var<(uniform|storage, read_write|storage, read)>/g)];
    const types = {
      uniform: "uniform",
      "storage, read": "read-only-storage",
      "storage, read_write": "storage",
    } as const;
    const layout = bindings.map(([, at, type]) => [Number(at), types[type as keyof typeof types]] as const);
    return kernelFor(device, "study", name === "slopes" ? name : "product", code, layout);
  };
  const names = Object.keys(kernels) as Name[];
  const compiled = await Promise.all(names.map(compile));
  const cuts = names.map((name): Sizes => {
    const [down, across, inner] = extents(form, rows)[name];
    return {
      rowTiles: Math.ceil(down / tiling.side),
      columnTiles: Math.ceil(across / tiling.side),
      splits: form.count,
      depth: inner / 4,
      inner: (form.count * inner) / 4,
      rightStride: form.features / 4,
      rows,
      units: form.outputs,
    };
  });
  const stride = 256; // where uniforms may start
  const { STORAGE, UNIFORM, COPY_DST } = GPUBufferUsage;
  const uniforms = device.createBuffer({ size: stride * names.length, usage: UNIFORM | COPY_DST });
  cuts.forEach((cut, i) => {
    device.queue.writeBuffer(uniforms, i * stride, writeSizes(cut));
  });
  const size = 4 * form.count * rows * hiddenUnits;
  const own = {
    hidden: device.createBuffer({ size, usage: STORAGE }),
    errors: device.createBuffer({ size, usage: STORAGE }),
    padded: device.createBuffer({ size: (size / hiddenUnits) * paddedOutputs, usage: STORAGE }),
  };

  const groups = new WeakMap<Buffers, Map<Name, GPUBindGroup>>();
  const groupOf = (name: Name, buffers: Buffers): GPUBindGroup => {
    const known = groups.get(buffers) ?? new Map<Name, GPUBindGroup>();
    groups.set(buffers, known);
    const group =
      known.get(name) ??
      device.createBindGroup({
        layout: compiled[names.indexOf(name)].layout,
        entries: [
          { buffer: uniforms, size: sizesSize },
          ...kernels[name].buffers.map((key) => bindingOf(key, buffers)),
        ].map((resource, binding) => ({ binding, resource })),
      });
    known.set(name, group);
    return group;
  };
  const bindingOf = (key: string, buffers: Buffers): GPUBufferBinding => {
    if (key === "hidden" || key === "errors" || key === "padded") return { buffer: own[key] };
    const binding = buffers[key as keyof Buffers];
    if (!binding) throw new Error(`there must be a buffer for ${key}`);
    return binding;
  };
  const record = (pass: GPUComputePassEncoder, buffers: Buffers, list: readonly Name[]) => {
    for (const name of list) {
      const i = names.indexOf(name);
      pass.setPipeline(compiled[i].pipeline);
      pass.setBindGroup(0, groupOf(name, buffers), [i * stride]);
      const lanes = name === "slopes" ? (form.count * rows * paddedOutputs) / 4 : undefined;
      pass.dispatchWorkgroups(workgroupsFor(cuts[i], tiling, lanes));
    }
  };
  return {
    forward: (pass, buffers) => record(pass, buffers, ["hidden", "outputs"]),
    backward: (pass, buffers) => record(pass, buffers, ["slopes", "errors", "firstGradient", "lastGradient"]),
    destroy() {
      for (const buffer of [...Object.values(own), uniforms]) buffer.destroy();
    },
  };
}
