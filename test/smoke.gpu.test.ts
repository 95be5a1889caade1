// Proves the wiring of a runtime: vectors, a device, a kernel with barriers, read-back, and that errors are seen.
import { expect, test } from "vitest";
import { requestTestDevice } from "./support/device.js";
import vectors from "./vectors/zerror.json";

const wgsl = /* wgsl */ `
@group(0) @binding(0) var<storage, read> values: array<u32>;
@group(0) @binding(1) var<storage, read_write> sums: array<u32>;
var<workgroup> partial: array<u32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32,
        @builtin(workgroup_id) group: vec3u) {
  partial[lane] = values[id.x];
  for (var stride = 32u; stride > 0u; stride /= 2u) {
    workgroupBarrier();
    if (lane < stride) { partial[lane] += partial[lane + stride]; }
  }
  if (lane == 0u) { sums[group.x] = partial[0]; }
}`;

test("the vectors can be imported", () => {
  expect(vectors.cases.length).toBeGreaterThan(0);
});

test("a workgroup reduction gives the right sums", async () => {
  const { device } = await requestTestDevice();
  const groups = 5;
  const values = Uint32Array.from({ length: 64 * groups }, (_, i) => i * i);
  const expected = Array.from({ length: groups }, (_, g) =>
    values.subarray(64 * g, 64 * (g + 1)).reduce((sum, value) => sum + value, 0),
  );

  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const input = device.createBuffer({ size: values.byteLength, usage });
  const sums = device.createBuffer({ size: 4 * groups, usage });
  const readBack = device.createBuffer({ size: 4 * groups, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(input, 0, values);

  const pipeline = await device.createComputePipelineAsync({
    layout: "auto",
    compute: { module: device.createShaderModule({ code: wgsl }), entryPoint: "main" },
  });
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [input, sums].map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(groups);
  pass.end();
  encoder.copyBufferToBuffer(sums, 0, readBack, 0, 4 * groups);
  device.queue.submit([encoder.finish()]);
  await readBack.mapAsync(GPUMapMode.READ);
  expect([...new Uint32Array(readBack.getMappedRange())]).toEqual(expected);
  readBack.unmap();
});

test("uncaptured errors are seen", async () => {
  const { device, errors } = await requestTestDevice();
  device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE }); // not allowed together
  await device.queue.onSubmittedWorkDone();
  await expect.poll(() => errors.length).toBe(1);
  errors.length = 0; // expected
});
