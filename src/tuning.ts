/** The one table that fits kernels to an adapter. */
import { checkParameter, nonNegative, refuseUnknown } from "./errors.js";

/** How work is cut for an adapter; every figure can be overridden in `createPlan`'s option `tuning`. */
export interface Tuning {
  /** Lanes of a workgroup: a power of two of at most 256; others are rounded down. */
  readonly workgroupSize: number;
  /** Most workgroups that share one pass over the data, unless a lane had more than 65,536 elements then. */
  readonly maxWorkgroups: number;
  /** Elements that a workgroup should at least have to do in such a pass. */
  readonly minElements: number;
  /** Batches of up to this many elements, with statistics for no more columns than lanes, take one dispatch of one workgroup. */
  readonly smallBatch: number;
  /** Most bytes of one binding; default and upper bound: the device's limit. */
  readonly maxBindingSize: number;
}

/**
 * Software adapters run four lanes at a time on a CPU core and pay for every barrier and lane, GPUs want hundreds of
 * workgroups of hundreds of lanes.
 */
export const table: Record<"cpu" | "gpu", Omit<Tuning, "maxBindingSize">> = {
  cpu: { workgroupSize: 4, maxWorkgroups: 16, minElements: 8192, smallBatch: 4096 },
  gpu: { workgroupSize: 256, maxWorkgroups: 512, minElements: 4096, smallBatch: 8192 },
};

/** The table's row for a device, within its limits. */
export function tuningOf({ adapterInfo, limits }: GPUDevice, subject: string, override: Partial<Tuning> = {}): Tuning {
  const { architecture, device, description, isFallbackAdapter } = adapterInfo ?? {};
  const software = isFallbackAdapter || /swiftshader|llvmpipe/i.test(`${[architecture, device, description]}`);
  const most = limits.maxStorageBufferBindingSize;
  const standard = { ...table[software ? "cpu" : "gpu"], maxBindingSize: most };
  refuseUnknown(override, Object.keys(standard), subject, "tuning");
  const tuning = { ...standard, ...override };
  for (const [key, value] of Object.entries(tuning)) checkParameter(subject, `tuning ${key}`, value, nonNegative);
  const lanes = Math.min(tuning.workgroupSize, limits.maxComputeInvocationsPerWorkgroup);
  return {
    ...tuning,
    workgroupSize: 2 ** Math.floor(Math.log2(Math.max(1, lanes))),
    maxBindingSize: Math.min(tuning.maxBindingSize, most),
  };
}
