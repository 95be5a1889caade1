/** Typed arrays in, typed arrays out: the way of data to a plan and back. */
import { usage } from "./buffers.js";
import { LossError, refuse } from "./errors.js";
import { refuseLost } from "./pipelines.js";
import type { CheckedInputs } from "./problem.js";

/** The optional inputs of every loss as its plan reads them, with one gradient of whatever follows per sample or one in all. */
export const optionalSources = ({ weights, upstream, given }: CheckedInputs, count: number) => ({
  ...(weights && { weights }),
  ...(upstream !== 1 && { upstream: typeof upstream === "number" ? new Float32Array(count).fill(upstream) : upstream }),
  ...(given && { givenStatistics: given.flatMap((group) => [group.mean, group.standardDeviation, 0, 0]) }),
});

/** What is asked of a plan. */
interface Target {
  readonly sizes: Readonly<Record<string, number>>;
  check(): Promise<void>;
}

/** Where an output lies in what was read back, as the arguments of a typed array of 32-bit numbers. */
export type Place = [bytes: ArrayBuffer, offset: number, length: number];

/**
 * Uploads sources by their names, as f32 but for that of `integers`, has `encode` record the plan, and reads the outputs back. Throws a
 * LossError `unsupported` for outputs beyond the device's buffers, `device` where something failed there.
 */
export async function transfer(
  device: GPUDevice,
  subject: string,
  { sizes, check }: Target,
  sources: Readonly<Record<string, ArrayLike<number>>>,
  integers: string | false,
  outputs: readonly string[],
  encode: (encoder: GPUCommandEncoder, buffers: Record<string, GPUBuffer>) => void,
): Promise<(name: string) => Place> {
  refuseLost(device, subject);
  const size = outputs.reduce((sum, name) => sum + sizes[name], 0);
  if (size > device.limits.maxBufferSize) {
    refuse("unsupported", subject, "outputs must fit into maxBufferSize", size, "Split the batch.");
  }
  const created: GPUBuffer[] = [];
  const createBuffer = (size: number, bits: number): GPUBuffer => {
    const buffer = device.createBuffer({ size: Math.max(4, size), usage: bits });
    created.push(buffer);
    return buffer;
  };
  device.pushErrorScope("validation");
  let scope: Promise<GPUError | null> | undefined;
  try {
    const staging = createBuffer(size, usage.MAP_READ | usage.COPY_DST);
    const buffers: Record<string, GPUBuffer> = {};
    for (const name of outputs) buffers[name] = createBuffer(sizes[name], usage.STORAGE | usage.COPY_SRC);
    for (const [name, values] of Object.entries(sources)) {
      buffers[name] = createBuffer(sizes[name], usage.STORAGE | usage.COPY_DST);
      // Deno aborts on an empty write.
      const words = name === integers ? Int32Array : Float32Array;
      if (values.length > 0) device.queue.writeBuffer(buffers[name], 0, words.from(values));
    }
    const encoder = device.createCommandEncoder();
    encode(encoder, buffers);
    // They lie side by side, so that one read-back gets them all.
    const offsets: Record<string, number> = {};
    let offset = 0;
    for (const name of outputs) {
      encoder.copyBufferToBuffer(buffers[name], 0, staging, offset, sizes[name]);
      offsets[name] = offset;
      offset += sizes[name];
    }
    device.queue.submit([encoder.finish()]);
    const mapped = staging.mapAsync(usage.MAP_READ);
    scope = device.popErrorScope();
    const [error] = await Promise.all([scope, mapped]).catch((cause) => [cause]);
    refuseLost(device, subject);
    if (error) {
      await check().catch(() => {});
      throw new LossError("device", `${subject}: results must be readable, got: ${error.message}`);
    }
    const bytes = staging.getMappedRange().slice(0);
    return (name) => [bytes, offsets[name], sizes[name] / 4];
  } finally {
    scope ??= device.popErrorScope();
    for (const buffer of created) buffer.destroy();
  }
}
