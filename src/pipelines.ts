/** Compiles kernels, once per device and text. */
import { LossError, refuse } from "./errors.js";
import { bindingOf, isReadOnly } from "./ports.js";
import { recall } from "./recall.js";
import { composeModule, type Entry, type ModuleSpec } from "./shader.js";

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

async function compile(device: GPUDevice, { problem, ports }: ModuleSpec, entry: Entry, code: string): Promise<Kernel> {
  const { subject } = problem;
  const label = `${subject} ${entry}`;
  device.pushErrorScope("validation");
  const layout = device.createBindGroupLayout({
    entries: [
      { binding: 0, visibility: COMPUTE, buffer: { type: "uniform", hasDynamicOffset: true } },
      ...Array.from(ports, (port) => ({
        binding: bindingOf(port),
        visibility: COMPUTE,
        buffer: { type: isReadOnly(port) ? ("read-only-storage" as const) : ("storage" as const) },
      })),
    ],
  });
  const module = device.createShaderModule({ label, code });
  const descriptor = {
    label,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: `${entry}_main` },
  };
  const scope = device.popErrorScope();
  const pipeline = await device.createComputePipelineAsync(descriptor).catch((error: unknown) => String(error));
  refuseLost(device, subject);
  const error = (await scope)?.message ?? (typeof pipeline === "string" && pipeline);
  if (error) {
    // Errors may only say that a module is invalid; this says why.
    const info = await module.getCompilationInfo?.();
    const text = info?.messages.map(({ message }) => message).join("\n") || error;
    throw new LossError("device", `${subject}: the kernel ${entry} must compile, got: ${text}`);
  }
  return { pipeline: pipeline as GPUComputePipeline, layout };
}

/** The kernel for a specification; shared by all plans of a device that need the same text. */
export function kernelFor(device: GPUDevice, spec: ModuleSpec, entry: Entry): Promise<Kernel> {
  const code = composeModule(spec, entry);
  const cache = recall(caches, device, () => new Map());
  const kernel = recall(cache, code, () => compile(device, spec, entry, code));
  kernel.catch(() => cache.delete(code)); // a failure is reported to its callers, not remembered
  return kernel;
}
