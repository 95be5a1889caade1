/** The update of Adam (Kingma and Ba 2015) as a kernel: all networks lie in the same four buffers, so that one dispatch serves them all. */
import { adam } from "./trainer.js";

const lanes = 64;

const code = `
struct Rates { size: f32, correction: f32 }
@group(0) @binding(0) var<uniform> rates: Rates;
@group(0) @binding(1) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> first: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> second: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> parameters: array<vec4f>;

@compute @workgroup_size(${lanes})
fn update(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= arrayLength(&parameters)) { return; }
  let gradient = gradients[i];
  first[i] += ${1 - adam.firstDecay} * (gradient - first[i]);
  second[i] += ${1 - adam.secondDecay} * (gradient * gradient - second[i]);
  parameters[i] -= rates.size * first[i] / (sqrt(second[i] * rates.correction) + ${adam.epsilon});
}`;

/** Uniform bindings start at multiples of this in every device. */
const stride = 256;

export interface Adam {
  /** Records the update of a step into an open pass. */
  encode(pass: GPUComputePassEncoder, step: number): void;
  destroy(): void;
}

/**
 * @param parameters whole vec4s, as are the gradients.
 * @param rates of every step: they are written once, and each step binds its own.
 */
export async function createAdam(
  device: GPUDevice,
  parameters: GPUBuffer,
  gradients: GPUBuffer,
  rates: readonly (readonly [size: number, correction: number])[],
): Promise<Adam> {
  const { COMPUTE } = GPUShaderStage;
  const types: GPUBufferBindingType[] = ["uniform", "read-only-storage", "storage", "storage", "storage"];
  const layout = device.createBindGroupLayout({
    entries: types.map((type, binding) => ({
      binding,
      visibility: COMPUTE,
      buffer: { type, hasDynamicOffset: type === "uniform" },
    })),
  });
  const pipeline = await device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module: device.createShaderModule({ code }), entryPoint: "update" },
  });
  const { size } = parameters;
  const moments = [0, 1].map(() => device.createBuffer({ size, usage: GPUBufferUsage.STORAGE })); // zeros at first
  const table = new Float32Array((rates.length * stride) / 4);
  rates.forEach((pair, step) => {
    table.set(pair, (step * stride) / 4);
  });
  const uniforms = device.createBuffer({
    size: table.byteLength,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(uniforms, 0, table);
  const buffers = [gradients, ...moments, parameters];
  const group = device.createBindGroup({
    layout,
    entries: [
      { binding: 0, resource: { buffer: uniforms, size: 8 } },
      ...buffers.map((buffer, i) => ({ binding: i + 1, resource: { buffer } })),
    ],
  });
  return {
    encode(pass, step) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group, [step * stride]);
      pass.dispatchWorkgroups(Math.ceil(size / 16 / lanes));
    },
    destroy() {
      for (const buffer of [uniforms, ...moments]) buffer.destroy();
    },
  };
}
