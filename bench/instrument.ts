/**
 * Counts what really goes to the GPU, by watching the WebGPU calls of all devices: no library can claim its own figures here.
 *
 * The rule for bytes: every dispatch is charged the bound size of each storage binding that its entry point uses, once when the
 * kernel reads or writes it, twice when it does both. What the kernel does is read off its WGSL: an assignment to the variable is
 * a write, any other mention a read, in the functions that the entry point can reach. Bindings of fewer than 4 bytes per element
 * (partial sums, scalars) and uniforms go to `smallBytes`. Caches, early exits and repeated loads are not seen.
 */

export interface Dispatch {
  readonly entry: string;
  readonly workgroups: number;
  readonly bytes: number;
  readonly smallBytes: number;
  /** Records the same dispatch once more, into any pass of the same device. */
  readonly replay: (pass: GPUComputePassEncoder) => void;
}

export interface Counts {
  readonly dispatches: readonly Dispatch[];
  readonly submits: number;
  readonly bytes: number;
  readonly smallBytes: number;
}

interface Use {
  readonly binding: number;
  readonly times: number;
}

type AnyFunction = (...args: never[]) => unknown;

const sources = new WeakMap<GPUShaderModule, string>();
const programs = new WeakMap<GPUComputePipeline, { entry: string; groups: Map<number, Use[]> }>();
const resources = new WeakMap<GPUBindGroup, Map<number, GPUBindingResource>>();

/** Replaces a method; returns what puts it back. */
function patch<K extends string>(
  prototype: Record<K, AnyFunction>,
  name: K,
  wrap: (original: AnyFunction) => (this: never, ...args: never[]) => unknown,
): () => void {
  const original = prototype[name];
  prototype[name] = wrap(original) as AnyFunction;
  return () => {
    prototype[name] = original;
  };
}

/** Bodies of all functions of a module, by name. */
function functionsOf(wgsl: string): Map<string, string> {
  const bodies = new Map<string, string>();
  for (const match of wgsl.matchAll(/\bfn\s+(\w+)\s*\(/g)) {
    const open = wgsl.indexOf("{", match.index);
    let depth = 0;
    let end = open;
    do {
      if (wgsl[end] === "{") depth++;
      if (wgsl[end] === "}") depth--;
      end++;
    } while (depth > 0);
    bodies.set(match[1], wgsl.slice(open, end));
  }
  return bodies;
}

/** How often each storage binding passes through the kernel: 1 for a read or a write, 2 for both. */
export function usesOf(source: string, entryPoint?: string): { entry: string; groups: Map<number, Use[]> } {
  const wgsl = source.replace(/\/\/[^\n]*/g, "").replace(/\/\*[\s\S]*?\*\//g, "");
  const entry = entryPoint ?? /@compute[^{]*?\bfn\s+(\w+)/.exec(wgsl)![1];
  const bodies = functionsOf(wgsl);
  const reached = new Set([entry]);
  for (const name of reached) {
    for (const [word] of (bodies.get(name) ?? "").matchAll(/\w+/g)) if (bodies.has(word)) reached.add(word);
  }
  const text = [...reached]
    .map((name) => bodies.get(name))
    .join("\n")
    .replace(/arrayLength\s*\([^)]*\)/g, "")
    .replace(/<<|>>/g, "+"); // shifts in an index are no comparisons
  const groups = new Map<number, Use[]>();
  for (const match of wgsl.matchAll(/((?:@\w+\s*\([^)]*\)\s*)+)var\s*<\s*storage[^>]*>\s*(\w+)/g)) {
    const number = (attribute: string) => Number(new RegExp(`@${attribute}\\s*\\(\\s*(\\d+)`).exec(match[1])![1]);
    const matches = (after: string) => text.match(new RegExp(`\\b${match[2]}\\b${after}`, "g"))?.length ?? 0;
    const writes = matches("[^;=!<>{}]*=(?!=)");
    const reads = matches("") - writes + matches("[^;=!<>{}]*[-+*/%&|^]=(?!=)"); // "+=" does both
    const group = number("group");
    groups.set(group, [
      ...(groups.get(group) ?? []),
      { binding: number("binding"), times: Math.sign(writes) + Math.sign(reads) },
    ]);
  }
  return { entry, groups };
}

function boundSize(resource: GPUBindingResource | undefined): number {
  if (!resource) return 0;
  const { buffer, offset = 0, size } = "buffer" in resource ? resource : { buffer: resource as GPUBuffer };
  return size ?? buffer.size - offset;
}

/**
 * Starts to watch; call it before pipelines and bind groups are made, for what exists already is not understood.
 * `count` runs a step that covers so many elements and returns what it did.
 */
export function instrument() {
  let dispatches: Dispatch[] = [];
  let submits = 0;
  let elements = 1;
  let counting = false;

  const device = GPUDevice.prototype as unknown as Record<string, AnyFunction>;
  const pass = GPUComputePassEncoder.prototype as unknown as Record<string, AnyFunction>;
  const queue = GPUQueue.prototype as unknown as Record<string, AnyFunction>;
  const pipelines = new WeakMap<GPUComputePassEncoder, GPUComputePipeline>();
  const bound = new WeakMap<GPUComputePassEncoder, Map<number, [GPUBindGroup, ...unknown[]]>>();

  const remember = (pipeline: GPUComputePipeline, { compute }: GPUComputePipelineDescriptor) => {
    programs.set(pipeline, usesOf(sources.get(compute.module) ?? "", compute.entryPoint));
    return pipeline;
  };
  const restores = [
    patch(
      device,
      "createShaderModule",
      (original) =>
        function (this: GPUDevice, d: GPUShaderModuleDescriptor) {
          const module = original.call(this as never, d as never) as GPUShaderModule;
          sources.set(module, d.code);
          return module;
        },
    ),
    patch(
      device,
      "createComputePipeline",
      (original) =>
        function (this: GPUDevice, d: GPUComputePipelineDescriptor) {
          return remember(original.call(this as never, d as never) as GPUComputePipeline, d);
        },
    ),
    patch(
      device,
      "createComputePipelineAsync",
      (original) =>
        async function (this: GPUDevice, d: GPUComputePipelineDescriptor) {
          return remember((await original.call(this as never, d as never)) as GPUComputePipeline, d);
        },
    ),
    patch(
      device,
      "createBindGroup",
      (original) =>
        function (this: GPUDevice, d: GPUBindGroupDescriptor) {
          const group = original.call(this as never, d as never) as GPUBindGroup;
          resources.set(group, new Map([...d.entries].map(({ binding, resource }) => [binding, resource])));
          return group;
        },
    ),
    patch(
      pass,
      "setPipeline",
      (original) =>
        function (this: GPUComputePassEncoder, pipeline: GPUComputePipeline) {
          if (counting) pipelines.set(this, pipeline);
          return original.call(this as never, pipeline as never);
        },
    ),
    patch(
      pass,
      "setBindGroup",
      (original) =>
        function (this: GPUComputePassEncoder, ...args: unknown[]) {
          if (counting) {
            const [index, ...group] = args as [number, GPUBindGroup];
            bound.set(this, new Map(bound.get(this)).set(index, group));
          }
          return original.apply(this as never, args as never);
        },
    ),
    patch(
      pass,
      "dispatchWorkgroups",
      (original) =>
        function (this: GPUComputePassEncoder, ...size: number[]) {
          if (counting) dispatches.push(describe(pipelines.get(this)!, bound.get(this) ?? new Map(), size));
          return original.apply(this as never, size as never);
        },
    ),
    patch(
      queue,
      "submit",
      (original) =>
        function (this: GPUQueue, ...args: unknown[]) {
          if (counting) submits++;
          return original.apply(this as never, args as never);
        },
    ),
  ];

  function describe(
    pipeline: GPUComputePipeline,
    groups: ReadonlyMap<number, [GPUBindGroup, ...unknown[]]>,
    size: readonly number[],
  ): Dispatch {
    const program = programs.get(pipeline);
    let bytes = 0;
    let smallBytes = 0;
    for (const [index, [group]] of groups) {
      for (const { binding, times } of program?.groups.get(index) ?? []) {
        const each = boundSize(resources.get(group)?.get(binding));
        if (each >= 4 * elements) bytes += times * each;
        else smallBytes += times * each;
      }
    }
    const replay = (into: GPUComputePassEncoder) => {
      into.setPipeline(pipeline);
      for (const [index, group] of groups) into.setBindGroup(index, ...(group as [GPUBindGroup, Iterable<number>]));
      into.dispatchWorkgroups(...(size as [number, number?, number?]));
    };
    return { entry: program?.entry ?? "?", workgroups: size.reduce((a, b) => a * b), bytes, smallBytes, replay };
  }

  return {
    async count(elementsOfStep: number, step: () => unknown): Promise<Counts> {
      [dispatches, submits, elements, counting] = [[], 0, elementsOfStep, true];
      try {
        await step();
      } finally {
        counting = false;
      }
      const sum = (key: "bytes" | "smallBytes") => dispatches.reduce((total, dispatch) => total + dispatch[key], 0);
      return { dispatches, submits, bytes: sum("bytes"), smallBytes: sum("smallBytes") };
    },
    restore() {
      for (const restore of restores) restore();
    },
  };
}

export type Instrument = ReturnType<typeof instrument>;
