/** Compiles kernels, once per device and text. */
import { LossError, refuse } from "./errors.js";
import { bindingOf, isReadOnly } from "./ports.js";
import { composeModule, type Entry, type ModuleSpec } from "./shader.js";

/** A compiled kernel. */
export interface Kernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

// GPUShaderStage.COMPUTE: the global constants do not exist in every runtime before a device does.
const COMPUTE = 4;

const caches = new WeakMap<GPUDevice, Map<string, Promise<Kernel>>>();
const lost = new WeakMap<GPUDevice, string>();
const watched = new WeakSet<GPUDevice>();

/** Refuses what is no device, and remembers when one is lost: WebGPU itself turns every later call into a silent no-op. */
export function watchDevice(device: GPUDevice, subject: string): void {
  if (typeof device?.createComputePipelineAsync !== "function") {
    refuse("device", subject, "device must be a GPUDevice", device, "Without one, use evaluate.");
  }
  if (!watched.has(device)) {
    watched.add(device);
    void device.lost.then(({ reason, message }) => lost.set(device, message || String(reason)));
  }
}

/** Throws when the device is known to be lost. */
export function refuseLost(device: GPUDevice, subject: string): void {
  if (lost.has(device)) {
    const text = `the device must be alive, got a lost one (${lost.get(device)})`;
    throw new LossError("device", `${subject}: ${text}. Request a new device and create the plan again.`);
  }
}

async function compile(device: GPUDevice, spec: ModuleSpec, entry: Entry, code: string): Promise<Kernel> {
  const { subject } = spec.problem;
  const label = `${subject} ${entry}`;
  device.pushErrorScope("validation");
  const layout = device.createBindGroupLayout({
    label,
    entries: [
      { binding: 0, visibility: COMPUTE, buffer: { type: "uniform", hasDynamicOffset: true } },
      ...Array.from(spec.ports, (port) => ({
        binding: bindingOf(port),
        visibility: COMPUTE,
        buffer: { type: isReadOnly(port) ? ("read-only-storage" as const) : ("storage" as const) },
      })),
    ],
  });
  const module = device.createShaderModule({ label, code });
  const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout] });
  const scope = device.popErrorScope();
  let pipeline: GPUComputePipeline | undefined;
  let cause: unknown;
  try {
    pipeline = await device.createComputePipelineAsync({
      label,
      layout: pipelineLayout,
      compute: { module, entryPoint: `${entry}_main` },
    });
  } catch (error) {
    cause = error;
  }
  refuseLost(device, subject);
  const messages = (await module.getCompilationInfo?.())?.messages.filter(({ type }) => type === "error") ?? [];
  const text =
    messages.map(({ lineNum, message }) => `line ${lineNum}: ${message}`).join("\n") || (await scope)?.message;
  if (!pipeline || text) {
    throw new LossError("device", `${subject}: the kernel ${entry} must compile, got: ${text ?? cause}`, { cause });
  }
  return { pipeline, layout };
}

/** The kernel for a specification; shared by all plans of a device that need the same text. */
export function kernelFor(device: GPUDevice, spec: ModuleSpec, entry: Entry): Promise<Kernel> {
  const code = composeModule(spec, entry);
  let cache = caches.get(device);
  if (!cache) {
    cache = new Map();
    caches.set(device, cache);
  }
  let kernel = cache.get(code);
  if (!kernel) {
    kernel = compile(device, spec, entry, code);
    cache.set(code, kernel);
    kernel.catch(() => cache.delete(code)); // a failure is reported to its callers, not remembered
  }
  return kernel;
}
