/** Compiles kernels, once per device and text. */
import { LossError } from "./errors.js";
import { bindings, type Port, readOnlyPorts } from "./ports.js";
import { composeModule, type ModuleSpec } from "./shader.js";

/** Entry points of the kernels. */
export type Entry =
  | "small_main"
  | "rows_main"
  | "accumulate_main"
  | "finalize_main"
  | "score_main"
  | "last_main"
  | "publish_main";

/** A compiled kernel, with the ports that its bind groups fill. */
export interface Kernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly ports: readonly Port[];
}

// GPUShaderStage.COMPUTE: the global constants do not exist in every runtime before a device does.
const COMPUTE = 4;

const caches = new WeakMap<GPUDevice, Map<string, Promise<Kernel>>>();
const lost = new WeakMap<GPUDevice, string>();
const watched = new WeakSet<GPUDevice>();

/** Remembers that a device was lost: WebGPU itself turns every later call into a silent no-op. */
export function watchDevice(device: GPUDevice, subject: string): void {
  if (typeof device?.createComputePipelineAsync !== "function") {
    throw new LossError(
      "device",
      `${subject}: device must be a GPUDevice, got ${typeof device}. Without one, use evaluate.`,
    );
  }
  if (!watched.has(device)) {
    watched.add(device);
    void device.lost.then(({ reason, message }) => lost.set(device, message || String(reason)));
  }
}

/** Throws when the device is known to be lost. */
export function refuseLost(device: GPUDevice, subject: string): void {
  const reason = lost.get(device);
  if (reason !== undefined) {
    throw new LossError(
      "device",
      `${subject}: the device must be alive, got a lost one (${reason}). Request a new device and create the plan again.`,
    );
  }
}

async function compile(device: GPUDevice, spec: ModuleSpec, entry: Entry, code: string): Promise<Kernel> {
  const { subject } = spec.problem;
  const ports = [...spec.ports];
  device.pushErrorScope("validation");
  const layout = device.createBindGroupLayout({
    label: `${subject} ${entry}`,
    entries: [
      { binding: bindings.settings, visibility: COMPUTE, buffer: { type: "uniform", hasDynamicOffset: true } },
      ...ports.map((port) => ({
        binding: bindings[port],
        visibility: COMPUTE,
        buffer: { type: readOnlyPorts.has(port) ? ("read-only-storage" as const) : ("storage" as const) },
      })),
    ],
  });
  const module = device.createShaderModule({ label: `${subject} ${entry}`, code });
  const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout] });
  const scope = device.popErrorScope();
  const failure = async (): Promise<string | undefined> => {
    const info = await module.getCompilationInfo?.();
    const messages = info?.messages.filter(({ type }) => type === "error") ?? [];
    return messages.map(({ lineNum, message }) => `line ${lineNum}: ${message}`).join("\n") || (await scope)?.message;
  };
  let pipeline: GPUComputePipeline | undefined;
  let reason: unknown;
  try {
    pipeline = await device.createComputePipelineAsync({
      label: `${subject} ${entry}`,
      layout: pipelineLayout,
      compute: { module, entryPoint: entry },
    });
  } catch (error) {
    reason = error;
  }
  refuseLost(device, subject);
  const text = await failure();
  if (pipeline === undefined || text) {
    const message = text ?? (reason instanceof Error ? reason.message : String(reason));
    throw new LossError("device", `${subject}: the kernel ${entry} must compile, got: ${message}`, { cause: reason });
  }
  return { pipeline, layout, ports };
}

/** The kernel for a specification; shared by all plans of a device that need the same text. */
export function kernelFor(device: GPUDevice, spec: ModuleSpec, entry: Entry): Promise<Kernel> {
  const code = composeModule(spec);
  const key = `${entry} ${[...spec.ports].join(" ")}\n${code}`;
  let cache = caches.get(device);
  if (!cache) {
    cache = new Map();
    caches.set(device, cache);
  }
  let kernel = cache.get(key);
  if (!kernel) {
    kernel = compile(device, spec, entry, code);
    cache.set(key, kernel);
    kernel.catch(() => cache.delete(key)); // a failure is reported to its callers, not remembered
  }
  return kernel;
}
