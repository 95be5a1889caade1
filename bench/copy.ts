/** A WGSL copy: the rate at which kernels on this adapter can move data at all, and so the roof of every loss. */
import { isSoftware } from "./baseline/adapter.js";
import { bufferWith, readFloats } from "./buffers.js";
import { fastestOf, type GpuVariant, type Pace, recordedVariant } from "./harness.js";
import { checked } from "./task.js";

const wgsl = (size: number, groups: number) => /* wgsl */ `
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> copy: array<vec4f>;

@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let slice = (arrayLength(&copy) + ${groups - 1}u) / ${groups}u;
  let end = min((id.x + 1u) * slice, arrayLength(&copy));
  for (var i = id.x * slice + lane; i < end; i += ${size}u) {
    copy[i] = source[i];
  }
}`;

/** Workgroup sizes and most workgroups worth trying; the fastest is the roof. */
const copyCuts = (info: GPUAdapterInfo): readonly (readonly [number, number])[] =>
  isSoftware(info)
    ? [
        [4, 4],
        [4, 16],
        [4, 64],
        [16, 16],
        [64, 16],
      ]
    : [
        [64, 1024],
        [256, 256],
        [256, 1024],
        [256, 8192],
      ];

async function createCopy(
  device: GPUDevice,
  source: GPUBuffer,
  copy: GPUBuffer,
  [size, most]: readonly [number, number],
): Promise<(encoder: GPUCommandEncoder) => void> {
  const workgroups = Math.max(1, Math.min(most, Math.ceil(copy.size / 16 / size)));
  const pipeline = await device.createComputePipelineAsync({
    layout: "auto",
    compute: { module: device.createShaderModule({ code: wgsl(size, workgroups) }) },
  });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [source, copy].map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  return (encoder) => {
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(workgroups);
    pass.end();
  };
}

/** The roof: the fastest of several cuts, all between the same two buffers, for these may be large. */
export async function fastestCopy(device: GPUDevice, elements: number, pace: Pace): Promise<GpuVariant> {
  const source = bufferWith(
    device,
    new Float32Array(elements).map((_, i) => i),
  );
  const copy = bufferWith(device, elements);
  const check = async () => {
    const values = await readFloats(device, copy, elements);
    return checked("copy", values.every((value, i) => value === Math.fround(i)) ? 0 : 1);
  };
  const copies = await Promise.all(
    copyCuts(device.adapterInfo).map(async (cut) =>
      recordedVariant(device, cut.join(" x "), await createCopy(device, source, copy, cut), check, []),
    ),
  );
  const fastest = await fastestOf(copies, pace);
  return {
    ...fastest,
    name: "copy",
    verify() {
      // What the others have left there proves nothing.
      const encoder = device.createCommandEncoder();
      encoder.clearBuffer(copy);
      device.queue.submit([encoder.finish()]);
      return fastest.verify();
    },
    dispose() {
      source.destroy();
      copy.destroy();
    },
  };
}
