/** Buffers that callers hand over: their form and the checks that every one of them goes through. */
import { refuse } from "./errors.js";

/** A buffer, or a part of one; offsets are multiples of 256 bytes. */
export type BufferBinding =
  | GPUBuffer
  | {
      /** Where the numbers are. */
      readonly buffer: GPUBuffer;
      /** Bytes before them, a multiple of 256; default 0. */
      readonly offset?: number;
      /** Bytes of the part; default: all that follow. */
      readonly size?: number;
    };

/** A checked part of a buffer. */
export interface BoundBuffer {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

// The bits of GPUBufferUsage and GPUMapMode that are used here; TypeScript's own WebGPU types lack these constants.
export const MAP_READ = 1;
export const COPY_SRC = 4;
export const COPY_DST = 8;
export const UNIFORM = 64;
export const STORAGE = 128;

/** The buffer of a binding, or a {@link LossError} `buffer` that names what is missing. */
export function bufferOf(binding: BufferBinding | undefined, name: string, subject: string): GPUBuffer {
  const buffer = (binding as { buffer?: GPUBuffer } | undefined)?.buffer ?? (binding as GPUBuffer | undefined);
  if (typeof buffer?.usage === "number") return buffer;
  refuse("buffer", subject, `${name} must be a GPUBuffer or { buffer, offset, size }`, binding, "Give every buffer.");
}

/** Checks usage, offset and size of a binding that has to hold `needed` bytes. */
export function resolveBinding(
  binding: BufferBinding | undefined,
  needed: number,
  name: string,
  subject: string,
): BoundBuffer {
  const buffer = bufferOf(binding, name, subject);
  const { offset = 0, size = buffer.size - offset } =
    buffer === binding ? {} : (binding as { offset?: number; size?: number });
  if ((buffer.usage & STORAGE) === 0) {
    refuse("buffer", subject, `${name} must have usage STORAGE`, buffer.usage, "Add it.");
  }
  if (!(offset >= 0 && offset % 256 === 0)) {
    refuse("buffer", subject, `the offset of ${name} must be a multiple of 256`, offset, "Align it.");
  }
  if (!(size >= needed && offset + size <= buffer.size)) {
    const rule = `${name} must have at least ${needed} bytes within its buffer`;
    refuse("buffer", subject, rule, size, "Use a larger buffer.");
  }
  return { buffer, offset, size: needed };
}

/** The pass to record into: the caller's own, or a new one of the caller's encoder, which has to be ended and comes twice. */
export function openPass(
  encoder: GPUCommandEncoder | GPUComputePassEncoder,
  subject: string,
): [pass: GPUComputePassEncoder, own: GPUComputePassEncoder | undefined] {
  const own = (encoder as GPUCommandEncoder | undefined)?.beginComputePass?.({ label: subject });
  const pass = own ?? (encoder as GPUComputePassEncoder | undefined);
  if (typeof pass?.dispatchWorkgroups === "function") return [pass, own];
  const rule = "encoder must be a GPUCommandEncoder or GPUComputePassEncoder";
  refuse("parameter", subject, rule, encoder, "Create one.");
}

/** Dispatches workgroups, in two dimensions where one is too short for them. Browsers complain of none. */
export function dispatch(pass: GPUComputePassEncoder, workgroups: number): void {
  if (workgroups) pass.dispatchWorkgroups(Math.min(workgroups, 65535), Math.ceil(workgroups / 65535));
}
