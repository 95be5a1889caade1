/** Storage buffers with contents, and their contents back. */

/** Rounded to whole vec4s, which hand-written kernels read. Integer arrays stay integers. */
export function bufferWith(device: GPUDevice, content: ArrayLike<number> | number): GPUBuffer {
  const length = typeof content === "number" ? content : content.length;
  const buffer = device.createBuffer({
    size: 16 * Math.ceil(length / 4),
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  if (content instanceof Int32Array) device.queue.writeBuffer(buffer, 0, content as Int32Array<ArrayBuffer>);
  else if (typeof content !== "number") device.queue.writeBuffer(buffer, 0, new Float32Array(content));
  return buffer;
}

export async function readFloats(device: GPUDevice, buffer: GPUBuffer, length: number): Promise<Float32Array> {
  const staging = device.createBuffer({
    size: 4 * length,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, 4 * length);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const values = new Float32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  return values;
}
