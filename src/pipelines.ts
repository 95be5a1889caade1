/** Compiles kernels, once per device and text. */
import { LossError, refuse } from "./errors.js";
import { recall } from "./recall.js";

/** A compiled kernel. */
export interface Kernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

// GPUShaderStage.COMPUTE: the global constants do not exist in every runtime before a device does.
const COMPUTE = 4;

const caches = new WeakMap<GPUDevice, Map<string, Promise<Kernel>>>();
/** Why devices were lost; empty for those that are watched. */
const lost = new WeakMap<GPUDevice, string>();

/** Refuses what is no device, and one that was lost: WebGPU itself turns every later call into a silent no-op. */
export function refuseLost(device: GPUDevice, subject: string): void {
  if (typeof device?.createComputePipelineAsync !== "function") {
    refuse("device", subject, "device must be a GPUDevice", device, "Without one, use evaluate.");
  }
  const reason = recall(lost, device, () => {
    void device.lost.then(({ reason, message }) => lost.set(device, `lost: ${message || reason}`));
    return "";
  });
  if (reason) {
    refuse("device", subject, "the device must be alive", reason, "Request a new one.");
  }
}

/** What a kernel is bound to: by binding, the kind of each buffer. Uniforms have a dynamic offset. */
export type Layout = readonly (readonly [binding: number, type: GPUBufferBindingType])[];

/** A kernel before it is compiled. */
export function describeKernel(
  device: GPUDevice,
  subject: string,
  entry: string,
  code: string,
  bindings: Layout,
): [GPUComputePipelineDescriptor, GPUBindGroupLayout] {
  const layout = device.createBindGroupLayout({
    entries: bindings.map(([binding, type]) => ({
      binding,
      visibility: COMPUTE,
      buffer: { type, hasDynamicOffset: type === "uniform" },
    })),
  });
  const label = `${subject} ${entry}`;
  const module = device.createShaderModule({ label, code });
  const compute = { module, entryPoint: `${entry}_main` };
  return [{ label, layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }), compute }, layout];
}

/** The kernel of a WGSL text, whose entry point is `<entry>_main`; shared by all plans of a device that need the same text. */
export function kernelFor(
  device: GPUDevice,
  subject: string,
  entry: string,
  code: string,
  bindings: Layout,
): Promise<Kernel> {
  const compile = async (): Promise<Kernel> => {
    device.pushErrorScope("validation");
    const [descriptor, layout] = describeKernel(device, subject, entry, code, bindings);
    const scope = device.popErrorScope();
    const pipeline = await device.createComputePipelineAsync(descriptor).catch((error: unknown) => String(error));
    refuseLost(device, subject);
    const error = (await scope)?.message ?? (typeof pipeline === "string" && pipeline);
    if (error) {
      // Errors may only say that a module is invalid; this says why.
      const info = await descriptor.compute.module.getCompilationInfo?.();
      const text = info?.messages.map(({ message }) => message).join("\n") || error;
      throw new LossError("device", `${subject}: the kernel ${entry} must compile, got: ${text}`);
    }
    return { pipeline: pipeline as GPUComputePipeline, layout };
  };
  const cache = recall(caches, device, () => new Map());
  const kernel = recall(cache, code, compile);
  kernel.catch(() => cache.delete(code)); // a failure is reported to its callers, not remembered
  return kernel;
}
