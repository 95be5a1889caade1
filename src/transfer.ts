/** Typed arrays in, typed arrays out: the way of data to a plan and back. */
import { COPY_DST, COPY_SRC, MAP_READ, STORAGE } from "./buffers.js";
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
  // They lie side by side, so that one read-back gets them all.
  const offsets: Record<string, number> = {};
  let size = 0;
  for (const name of outputs) {
    offsets[name] = size;
    size += sizes[name];
  }
  if (size > device.limits.maxBufferSize) {
    refuse("unsupported", subject, "outputs must fit into maxBufferSize", size, "Split the batch.");
  }
  const created: GPUBuffer[] = [];
  const createBuffer = (size: number, bits: number): GPUBuffer => {
    const buffer = device.createBuffer({ size: Math.max(4, size), usage: bits });
    created.push(buffer);
    return buffer;
  };
  device.pushErrorScope("out-of-memory");
  device.pushErrorScope("validation");
  let scopes: Promise<GPUError | null>[] | undefined;
  const popScopes = () => [device.popErrorScope(), device.popErrorScope()];
  try {
    const staging = createBuffer(size, MAP_READ | COPY_DST);
    const buffers: Record<string, GPUBuffer> = {};
    for (const name of outputs) buffers[name] = createBuffer(sizes[name], STORAGE | COPY_SRC);
    for (const [name, values] of Object.entries(sources)) {
      buffers[name] = createBuffer(sizes[name], STORAGE | COPY_DST);
      // Deno aborts on an empty write.
      const words = name === integers ? Int32Array : Float32Array;
      if (values.length > 0) device.queue.writeBuffer(buffers[name], 0, words.from(values));
    }
    const encoder = device.createCommandEncoder();
    encode(encoder, buffers);
    for (const name of outputs) encoder.copyBufferToBuffer(buffers[name], 0, staging, offsets[name], sizes[name]);
    device.queue.submit([encoder.finish()]);
    const mapped = staging.mapAsync(MAP_READ);
    scopes = popScopes();
    const cause = await mapped.catch((failure) => failure);
    const [invalid, memory] = await Promise.all(scopes).catch(() => []);
    refuseLost(device, subject);
    const error = invalid ?? cause;
    if (error) await check().catch(() => {});
    const failure = memory ?? error;
    if (failure) {
      const rule = memory ? "memory must suffice" : "results must be readable";
      throw new LossError("device", `${subject}: ${rule}, got: ${failure.message}. Split the batch.`);
    }
    const bytes = staging.getMappedRange().slice(0);
    return (name) => [bytes, offsets[name], sizes[name] / 4];
  } finally {
    scopes ??= popScopes();
    for (const buffer of created) buffer.destroy();
  }
}
