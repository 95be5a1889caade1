/** The outlier ledger: which samples of a data set keep being masked, counted on the GPU over many batches. */
import {
  type BufferBinding,
  COPY_DST,
  COPY_SRC,
  dispatch,
  MAP_READ,
  openPass,
  resolveBinding,
  STORAGE,
} from "./buffers.js";
import { LossError, refuse, refuseUnknown } from "./errors.js";
import { kernelFor, refuseLost } from "./pipelines.js";
import { kernelsLedger } from "./shaders.generated.js";

/** One sample id of a ledger. */
export interface LedgerEntry {
  /** The sample, from 0 to capacity - 1. */
  readonly id: number;
  /** How often the sample was scored. */
  readonly scored: number;
  /** How often it was masked. */
  readonly masked: number;
  /** masked / scored, from 0 to 1. */
  readonly share: number;
  /** Mean of |z| over the times it was scored, to 1/1024; a single |z| counts as at most 1024. */
  readonly meanAbsoluteZ: number;
}

/** Buffers of one batch: `ids` as u32, `z` and `mask` as a plan with zMasked writes them; one entry per sample. */
export interface LedgerBuffers {
  /** u32, below the capacity. */
  readonly ids: BufferBinding;
  /** f32, a plan's output `z`. */
  readonly z: BufferBinding;
  /** u32, a plan's output `mask`. */
  readonly mask: BufferBinding;
}

/** See {@link createLedger}. */
export interface Ledger {
  /**
   * Records the counting of one batch; nothing is submitted or read back. The same id may come more than once.
   *
   * @throws LossError `buffer` for buffers that are too small or lack usage STORAGE, `shape` for a number of samples that cannot be.
   */
  encode(
    encoder: GPUCommandEncoder | GPUComputePassEncoder,
    buffers: LedgerBuffers,
    call: { readonly samples: number },
  ): void;
  /**
   * Reads the counters back, once, at the end: every id that was scored at least `minScored` times (default 1), those masked in
   * the largest share of cases first, then by mean |z|. `limit` keeps the list short.
   *
   * @throws (rejects) LossError `shape` when a batch held ids beyond the capacity, `device` when the device is lost.
   */
  read(options?: { readonly limit?: number; readonly minScored?: number }): Promise<LedgerEntry[]>;
  /** Sets all counters to zero, for batches submitted from now on. */
  reset(): void;
  /** Frees the counters; safe to call twice. */
  destroy(): void;
}

const WORKGROUP_SIZE = 64; // as in ledger.wgsl
const names = ["ids", "z", "mask"] as const;

/**
 * Makes a ledger for data cleaning, the second purpose of the Z-Error paper: samples that are outliers again and again are
 * likely to be wrong in the data.
 *
 * @param options `capacity`: ids are 0 to capacity - 1; 12 bytes each, so that ten million fit into WebGPU's default binding.
 * @throws (rejects) LossError `parameter` for a capacity that is no whole number, `unsupported` for one beyond the device's
 *   buffers, `device` when the device is lost.
 */
export async function createLedger(device: GPUDevice, options: { readonly capacity: number }): Promise<Ledger> {
  refuseLost(device, "ledger");
  refuseUnknown(options, ["capacity"], "ledger");
  const { capacity } = options;
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    refuse(
      "parameter",
      "ledger",
      "capacity must be an integer above 0",
      capacity,
      "Give the number of samples of the data set.",
    );
  }
  const size = 12 * capacity + 4;
  const most = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  if (size > most) {
    refuse(
      "unsupported",
      "ledger",
      `capacity must be at most ${Math.floor((most - 4) / 12)} on this device`,
      capacity,
      "Request a higher maxStorageBufferBindingSize, or count parts of the data set.",
    );
  }
  const types = [...names.map(() => "read-only-storage" as const), "storage" as const];
  const { pipeline, layout } = await kernelFor(device, "ledger", "ledger", kernelsLedger, [...types.entries()]);
  const counters = device.createBuffer({
    label: "ledger",
    size,
    usage: STORAGE | COPY_SRC | COPY_DST,
  });
  let destroyed = false;
  let failure: LossError | undefined;

  const alive = (): void => {
    refuseLost(device, "ledger");
    if (destroyed) refuse("buffer", "ledger", "the ledger must be alive", "destroyed", "Create another ledger.");
    if (failure) throw failure;
  };

  return {
    encode(encoder, buffers, { samples }) {
      alive();
      if (!Number.isSafeInteger(samples) || samples < 0 || samples > 2 ** 31) {
        refuse("shape", "ledger", "samples must be an integer", samples, "Give the number of samples of the batch.");
      }
      const bound = names.map((name) => resolveBinding(buffers?.[name], 4 * samples, name, "ledger"));
      const [pass, own] = openPass(encoder, "ledger");
      const step = Math.floor(device.limits.maxStorageBufferBindingSize / 256) * 64;
      pass.setPipeline(pipeline);
      device.pushErrorScope("validation");
      for (let start = 0; start < samples; start += step) {
        const count = Math.min(step, samples - start);
        const group = device.createBindGroup({
          layout,
          entries: [
            ...bound.map(({ buffer, offset }, binding) => ({
              binding,
              resource: { buffer, offset: offset + 4 * start, size: 4 * count },
            })),
            { binding: 3, resource: { buffer: counters } },
          ],
        });
        pass.setBindGroup(0, group);
        dispatch(pass, Math.ceil(count / WORKGROUP_SIZE));
      }
      void device.popErrorScope().then((error) => {
        if (error)
          failure ??= new LossError(
            "buffer",
            `ledger: buffers must belong to the ledger's device, got: ${error.message}. Use others.`,
          );
      });
      own?.end();
    },

    async read({ limit = Number.POSITIVE_INFINITY, minScored = 1 } = {}) {
      alive();
      const staging = device.createBuffer({ label: "ledger", size, usage: MAP_READ | COPY_DST });
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(counters, 0, staging, 0, size);
      device.queue.submit([encoder.finish()]);
      try {
        await staging.mapAsync(MAP_READ);
      } catch {
        refuseLost(device, "ledger");
        refuse("device", "ledger", "the counters must be readable", "a failed mapping", "Create another ledger.");
      }
      const counts = new Uint32Array(staging.getMappedRange().slice(0));
      staging.destroy();
      alive();
      if (counts[3 * capacity] > 0) {
        throw new LossError(
          "shape",
          `ledger: ids must be below the capacity ${capacity}, got ${counts[3 * capacity]} samples beyond it. Create a larger ledger.`,
        );
      }
      return rank(counts, capacity, limit, minScored);
    },

    reset() {
      alive();
      const encoder = device.createCommandEncoder();
      encoder.clearBuffer(counters);
      device.queue.submit([encoder.finish()]);
    },

    destroy() {
      destroyed = true;
      counters.destroy();
    },
  };
}

/** The ranked list; sorts numbers instead of objects, so that ten million ids are no problem. */
function rank(counts: Uint32Array, capacity: number, limit: number, minScored: number): LedgerEntry[] {
  let ids = new Uint32Array(capacity);
  let length = 0;
  for (let id = 0; id < capacity; id++) if (counts[3 * id] >= Math.max(1, minScored)) ids[length++] = id;
  ids = ids.subarray(0, length);
  const share = (id: number) => counts[3 * id + 1] / counts[3 * id];
  const meanAbsoluteZ = (id: number) => counts[3 * id + 2] / 1024 / counts[3 * id];
  ids.sort((a, b) => share(b) - share(a) || meanAbsoluteZ(b) - meanAbsoluteZ(a) || a - b);
  return Array.from(ids.subarray(0, Math.min(length, limit)), (id) => ({
    id,
    scored: counts[3 * id],
    masked: counts[3 * id + 1],
    share: share(id),
    meanAbsoluteZ: meanAbsoluteZ(id),
  }));
}

/** A ledger's list as CSV, with a header line; numbers only, so nothing needs quoting. */
export function ledgerCSV(entries: readonly LedgerEntry[]): string {
  const lines = entries.map(({ id, scored, masked, share, meanAbsoluteZ }) =>
    [id, scored, masked, share, meanAbsoluteZ].join(","),
  );
  return `${["id,scored,masked,share,meanAbsoluteZ", ...lines].join("\n")}\n`;
}
