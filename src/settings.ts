/** Settings of recordings that await submission: equal ones share a slot of one uniform buffer. */
import { COPY_DST, UNIFORM } from "./buffers.js";
import { recall } from "./recall.js";

/** Recordings of one plan with different settings that may await submission at the same time. */
const SLOTS = 1024;

/** See {@link createSettings}. */
export interface Settings {
  readonly buffer: GPUBuffer;
  /** Dynamic offset of these settings, written if they are new; the least recently used slot is taken again. */
  offsetOf(data: Uint32Array<ArrayBuffer>): number;
}

/** Slots for settings of `size` bytes. */
export function createSettings(device: GPUDevice, size: number): Settings {
  const stride = 256 * Math.ceil(size / 256); // offsets that every device takes
  const buffer = device.createBuffer({ size: stride * SLOTS, usage: UNIFORM | COPY_DST });
  const offsets = new Map<string, number>();
  return {
    buffer,
    offsetOf: (data) =>
      recall(
        offsets,
        `${data}`,
        (free = offsets.size * stride) => {
          device.queue.writeBuffer(buffer, free, data);
          return free;
        },
        SLOTS,
      ),
  };
}
