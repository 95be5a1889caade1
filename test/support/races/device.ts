// A device whose kernels log what they do to shared memory, see instrument.ts.
import { requestTestDevice } from "../device.js";
import { Trace } from "./analysis.js";
import { ENTRY_WORDS, instrument, LOG_BINDING, LOG_START, MOST_ENTRIES, type Site } from "./instrument.js";

/** A kernel that was dispatched. */
export interface Dispatched {
  readonly label: string;
  readonly entry: string;
  /** WGSL as the library made it. */
  readonly code: string;
  readonly trace: Trace;
}

interface Module {
  readonly label: string;
  readonly code: string;
  readonly sites: Site[];
}

/** A device for the library, and what its kernels have logged since the last call of `collect`. */
export async function requestTracedDevice(): Promise<{ device: GPUDevice; collect: () => Promise<Dispatched[]> }> {
  const { device } = await requestTestDevice([], { maxStorageBuffersPerShaderStage: 9 });
  const limits: Record<string, unknown> = {};
  for (const name in device.limits) limits[name] = device.limits[name as "maxBufferSize"];
  limits.maxStorageBuffersPerShaderStage = 8;
  const bytes = LOG_START + 4 * ENTRY_WORDS * MOST_ENTRIES;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const log = device.createBuffer({ size: bytes, usage });
  const modules = new WeakMap<GPUShaderModule, Module>();
  const pipelines = new WeakMap<GPUComputePipeline, Module & { entry: string }>();
  const pending: { kernel: Module & { entry: string }; copy: GPUBuffer }[] = [];

  const patch = <K extends keyof GPUDevice>(name: K, make: (original: GPUDevice[K]) => GPUDevice[K]) => {
    const original = (device[name] as (...given: unknown[]) => unknown).bind(device) as unknown as GPUDevice[K];
    Object.defineProperty(device, name, { value: make(original) });
  };
  Object.defineProperty(device, "limits", { value: limits });
  patch("createShaderModule", (original) => ({ label = "", code }) => {
    const traced = instrument(code);
    const module = original({ label, code: traced.code });
    modules.set(module, { label, code, sites: traced.sites });
    return module;
  });
  patch("createBindGroupLayout", (original) => ({ entries }) => {
    const buffer: GPUBufferBindingLayout = { type: "storage" };
    return original({ entries: [...entries, { binding: LOG_BINDING, visibility: GPUShaderStage.COMPUTE, buffer }] });
  });
  patch(
    "createBindGroup",
    (original) =>
      ({ layout, entries }) =>
        original({ layout, entries: [...entries, { binding: LOG_BINDING, resource: { buffer: log } }] }),
  );
  patch("createComputePipelineAsync", (original) => async (descriptor) => {
    const pipeline = await original(descriptor);
    const { module, entryPoint = "" } = descriptor.compute;
    pipelines.set(pipeline, { ...modules.get(module)!, entry: entryPoint });
    return pipeline;
  });
  // Every dispatch has a pass of its own, after which its log is copied away.
  patch("createCommandEncoder", (original) => (descriptor) => {
    const encoder = original(descriptor);
    const begin = encoder.beginComputePass.bind(encoder);
    const traced = (): GPUComputePassEncoder => {
      let pipeline: GPUComputePipeline;
      let group: [GPUBindGroup, number[]];
      const pass = {
        setPipeline: (next: GPUComputePipeline) => {
          pipeline = next;
        },
        setBindGroup: (_: number, next: GPUBindGroup, offsets: number[] = []) => {
          group = [next, offsets];
        },
        dispatchWorkgroups: (x: number, y?: number) => {
          const own = begin();
          own.setPipeline(pipeline);
          own.setBindGroup(0, ...group);
          own.dispatchWorkgroups(x, y);
          own.end();
          const copy = device.createBuffer({ size: bytes, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
          encoder.copyBufferToBuffer(log, 0, copy, 0, bytes);
          encoder.clearBuffer(log, 0, 4);
          pending.push({ kernel: pipelines.get(pipeline)!, copy });
        },
        end: () => {},
      };
      return pass as unknown as GPUComputePassEncoder;
    };
    Object.defineProperty(encoder, "beginComputePass", { value: traced });
    return encoder;
  });

  const collect = async () => {
    const dispatched: Dispatched[] = [];
    for (const { kernel, copy } of pending.splice(0)) {
      await copy.mapAsync(GPUMapMode.READ);
      const words = new Uint32Array(copy.getMappedRange());
      const { label, entry, code, sites } = kernel;
      if (words[0] > MOST_ENTRIES) throw new Error(`${label}: ${words[0]} accesses, more than the log holds`);
      const entries = words.slice(LOG_START / 4, LOG_START / 4 + ENTRY_WORDS * words[0]);
      copy.destroy();
      dispatched.push({ label, entry, code, trace: new Trace(sites, entries) });
    }
    return dispatched;
  };
  return { device, collect };
}
