/** A strong hand-written competitor for one loss, softmax cross-entropy of labels that are classes. */
import { isSoftware } from "../adapter.js";
import wgsl from "./crossEntropy.wgsl?raw";

export interface Cut {
  /** Lanes of a workgroup, a power of two. */
  readonly workgroupSize: number;
  /** Lanes that share a row, a power of two. */
  readonly lanes: number;
}

/** What is worth trying: software adapters run four lanes at a time, for one row or for four. */
export function crossEntropyCuts(info: GPUAdapterInfo, classes: number): readonly Cut[] {
  if (isSoftware(info)) return [1, 4].map((lanes) => ({ workgroupSize: 4, lanes }));
  const most = Math.min(256, 2 ** Math.ceil(Math.log2(classes / 4)));
  return [most, Math.max(1, most / 4)].map((lanes) => ({ workgroupSize: Math.max(64, lanes), lanes }));
}

export interface Buffers {
  /** Padded to whole vec4s, like the gradient. */
  readonly logits: GPUBuffer;
  /** i32. */
  readonly labels: GPUBuffer;
  readonly gradient: GPUBuffer;
  /** Four floats: the loss, 0, 0, 0. */
  readonly result: GPUBuffer;
}

/** Four logits at once: as a vec4 where rows are whole ones, else one by one. */
const accessOf = (vectors: boolean): string =>
  vectors
    ? `@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> gradient: array<vec4f>;
fn load(at: u32) -> vec4f { return logits[at / 4u]; }
fn store(at: u32, g: vec4f, k: u32) { gradient[at / 4u] = g; }`
    : `@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradient: array<f32>;
fn load(at: u32) -> vec4f { return vec4f(logits[at], logits[at + 1u], logits[at + 2u], logits[at + 3u]); }
fn store(at: u32, g: vec4f, k: u32) { for (var i = 0u; i < 4u && k + i < CLASSES; i++) { gradient[at + i] = g[i]; } }`;

/** Compiles for a shape and binds the buffers; the returned function records a step. */
export async function createCrossEntropy(
  device: GPUDevice,
  [rows, classes]: readonly [number, number],
  buffers: Buffers,
  { workgroupSize, lanes }: Cut,
): Promise<(encoder: GPUCommandEncoder) => void> {
  const constants = `const WORKGROUP_SIZE = ${workgroupSize}u;
const LANES = ${lanes}u;
const ROWS = ${rows}u;
const CLASSES = ${classes}u;
`;
  const losses = device.createBuffer({ size: 4 * rows, usage: GPUBufferUsage.STORAGE });
  const { logits, labels, gradient, result } = buffers;
  const all = [logits, labels, gradient, losses, result];
  const module = device.createShaderModule({ code: constants + accessOf(classes % 4 === 0) + wgsl });
  const step = async (entryPoint: string, workgroups: number, bindings: readonly number[]) => {
    const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module, entryPoint } });
    const entries = bindings.map((binding) => ({ binding, resource: { buffer: all[binding] } }));
    return { pipeline, workgroups, group: device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }) };
  };
  const steps = await Promise.all([
    step("differentiate", Math.ceil((rows * lanes) / workgroupSize), [0, 1, 2, 3]),
    step("average", 1, [3, 4]),
  ]);
  return (encoder) => {
    const pass = encoder.beginComputePass();
    for (const { pipeline, workgroups, group } of steps) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      const width = Math.min(workgroups, 65535);
      pass.dispatchWorkgroups(width, Math.ceil(workgroups / width));
    }
    pass.end();
  };
}
