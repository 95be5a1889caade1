/** Lanes that can exchange values without shared memory. */
import { COPY_DST, COPY_SRC, MAP_READ, STORAGE } from "./buffers.js";
import { recall } from "./recall.js";

const spans = [1, 2, 4, 8, 16, 32, 64];

/** Marks the spans over which a lane does not get the value of the lane whose index differs by that bit. */
const wgsl = `enable subgroups;
@group(0) @binding(0) var<storage, read_write> wrong: atomic<u32>;
@group(0) @binding(1) var<storage, read_write> least: atomic<u32>;
@compute @workgroup_size(128) fn main(@builtin(local_invocation_index) lane: u32, @builtin(subgroup_size) size: u32) {
  var bits = 0u;
${spans.map((span) => `  bits |= select(0u, ${span}u, subgroupShuffleXor(lane, ${span}u) != (lane ^ ${span}u));`).join("\n")}
  atomicOr(&wrong, bits);
  atomicMax(&least, 128u - size);
}`;

async function probe(device: GPUDevice): Promise<number> {
  // Nothing is awaited within the scope: errors of others have no business in it.
  device.pushErrorScope("validation");
  const buffer = device.createBuffer({ size: 512, usage: STORAGE | COPY_SRC });
  const staging = device.createBuffer({ size: 512, usage: MAP_READ | COPY_DST });
  const module = device.createShaderModule({ code: wgsl });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
  const entries = [0, 1].map((binding) => ({ binding, resource: { buffer, offset: 256 * binding, size: 4 } }));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, 512);
  device.queue.submit([encoder.finish()]);
  const mapped = staging.mapAsync(MAP_READ);
  const scope = device.popErrorScope();
  // Whatever goes wrong: shared memory does it as well.
  const [error] = await Promise.all([scope, mapped]).catch((cause) => [cause]);
  const words = error ? undefined : new Uint32Array(staging.getMappedRange().slice(0));
  buffer.destroy();
  staging.destroy();
  if (!words) return 1;
  const size = Math.min(128 - words[64], device.adapterInfo?.subgroupMinSize || 128);
  return spans.find((span) => span >= size || words[0] & span) ?? 128;
}

const found = new WeakMap<GPUDevice, Promise<number> | number>();

/**
 * Size of the blocks of consecutive lanes that may exchange values as a subgroup: 1 without the feature `subgroups`. WGSL promises
 * neither a size nor an order of lanes, so both are looked at once per device; where a compiler chooses among sizes, the least counts.
 */
export function subgroupOf(device: GPUDevice): Promise<number> | number {
  if (!device.features.has("subgroups")) return 1;
  return recall(found, device, () => {
    const size = probe(device);
    void size.then((known) => found.set(device, known));
    return size;
  });
}
