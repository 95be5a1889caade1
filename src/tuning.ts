/** The one table that fits kernels to an adapter. */

import { refuse, refuseUnknown } from "./errors.js";

/** How work is cut for an adapter; every figure can be overridden in `createPlan`'s option `tuning`. */
export interface Tuning {
  /** Lanes of a workgroup: a power of two of at most 256. */
  readonly workgroupSize: number;
  /** Most workgroups that share one pass over the data. */
  readonly maxWorkgroups: number;
  /** Elements that a workgroup should at least have to do in such a pass. */
  readonly minElements: number;
  /** Batches of up to this many elements take one dispatch of one workgroup. */
  readonly smallBatch: number;
  /** Most bytes of one binding; default and upper bound: the device's limit. */
  readonly maxBindingSize: number;
}

/**
 * Software adapters run four lanes at a time on a CPU core and pay for every barrier and lane, GPUs want hundreds of
 * workgroups of hundreds of lanes.
 */
const table: Record<"cpu" | "gpu", Omit<Tuning, "maxBindingSize">> = {
  cpu: { workgroupSize: 4, maxWorkgroups: 32, minElements: 4096, smallBatch: 4096 },
  gpu: { workgroupSize: 256, maxWorkgroups: 512, minElements: 4096, smallBatch: 8192 },
};

/** Adapters without a GPU behind them, by what `GPUAdapterInfo` says. */
function isSoftware(info: GPUAdapterInfo | undefined): boolean {
  if (!info) return false;
  const words = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`.toLowerCase();
  return info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|basic render/.test(words);
}

/** The table's row for a device, within its limits. */
export function tuningOf(device: GPUDevice, subject: string, override: Partial<Tuning> = {}): Tuning {
  const row = table[isSoftware(device.adapterInfo) ? "cpu" : "gpu"];
  const { maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX, maxStorageBufferBindingSize } = device.limits;
  const most = Math.min(maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX);
  const standard = { ...row, maxBindingSize: maxStorageBufferBindingSize };
  refuseUnknown(override, Object.keys(standard), subject, "tuning");
  const tuning = { ...standard, ...override };
  for (const [name, value] of Object.entries(tuning)) {
    const lanes = name === "workgroupSize";
    if (
      !(Number.isFinite(value) && value >= (name === "smallBatch" ? 0 : 1)) ||
      (lanes && !Number.isInteger(Math.log2(value)))
    ) {
      const rule = lanes ? "a power of two" : "a number of at least 1";
      refuse("parameter", subject, `tuning ${name} must be ${rule}`, value, "Leave it out.");
    }
  }
  return {
    ...tuning,
    workgroupSize: Math.min(tuning.workgroupSize, most),
    maxBindingSize: Math.min(tuning.maxBindingSize, maxStorageBufferBindingSize),
  };
}
