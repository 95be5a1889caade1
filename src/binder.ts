/** Bind groups: from the caller's buffers to what the kernels of a plan are bound to, checked once and then remembered. */
import { type BoundBuffer, STORAGE } from "./buffers.js";
import { type Chunk, type Grid, scratchSize, settingsSize } from "./dispatch.js";
import type { Estimator } from "./estimator.js";
import { type Buffers, type CallGroups, createGroupCache } from "./groups.js";
import { isPerChunk, type Pass } from "./passes.js";
import type { Kernel } from "./pipelines.js";
import { bindingOf, isReadOnly, type Port, unitOf } from "./ports.js";
import type { Problem } from "./problem.js";

/** A pass with its kernel. */
export type Step = Pass & Kernel;

/** See {@link createBinder}. */
export interface Binder {
  /** Bytes that the caller's buffers need at full capacity, by name. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Bind groups for the buffers of a call; throws a LossError `buffer` for those that do not fit. */
  groupsFor(buffers: Buffers, grid: Grid, steps: readonly Step[]): CallGroups;
  /** Rejects where the device has refused a set of buffers since the last check. */
  check(): Promise<void>;
  destroy(): void;
}

/** Bytes of a port for one chunk, and where the chunk starts in it. */
function extent(problem: Problem, estimator: Estimator | undefined, port: Port, grid: Grid, { firstRow, rows }: Chunk) {
  const unit = unitOf(port);
  const { groups, groupColumns: columns, width, features } = grid;
  const words = { element: columns * width, sample: columns, feature: features, row: 6 }[unit as "row"];
  if (words !== undefined) {
    const bytes = words * (problem.familyTraits.bytesOf?.(problem, port) ?? 4);
    return { offset: bytes * firstRow, size: 4 * Math.ceil((bytes * rows) / 4) };
  }
  const sizes = {
    group: 16 * groups,
    scratch: scratchSize(grid),
    bins: estimator?.binsSize(groups, grid),
    class: 4 * Math.max(2, width),
  };
  return { offset: 0, size: sizes[unit as "group"] ?? unit };
}

/** Makes bind groups for a plan; `whole` is the grid of its full capacity. */
export function createBinder(
  device: GPUDevice,
  problem: Problem,
  ports: ReadonlyMap<string, Port>,
  settings: GPUBuffer,
  whole: Grid,
  estimator?: Estimator,
): Binder {
  const { subject } = problem;
  const owned: GPUBuffer[] = [];
  const own = (size: number): GPUBuffer => {
    const buffer = device.createBuffer({ size: Math.max(size, 256), usage: STORAGE });
    owned.push(buffer);
    return buffer;
  };
  /** Bytes from the start of a port to the end of its last chunk. */
  const sizeOf = (port: Port, grid: Grid): number => {
    const { offset, size } = extent(problem, estimator, port, grid, grid.chunks[grid.chunks.length - 1]);
    return offset + size;
  };
  const kept = new Map<Port, GPUBuffer>();
  /** What the caller does not give. Fewer rows may be cut into more slices, and need more of it. */
  const ownFor = (port: Port, grid: Grid): GPUBuffer => {
    const size = Math.max(sizeOf(port, whole), sizeOf(port, grid));
    const buffer = kept.get(port);
    if (buffer && buffer.size >= size) return buffer;
    const larger = own(size);
    kept.set(port, larger);
    return larger;
  };

  const createGroups = (parts: ReadonlyMap<Port, BoundBuffer>, grid: Grid, steps: readonly Step[]): CallGroups => {
    const resource = (port: Port, chunk: Chunk): GPUBufferBinding => {
      const { offset, size } = extent(problem, estimator, port, grid, chunk);
      // WebGPU has no empty bindings.
      if (size === 0) return { buffer: own(0) };
      const { buffer, offset: start } = parts.get(port) ?? { buffer: ownFor(port, grid), offset: 0 };
      return { buffer, offset: start + offset, size };
    };
    const uniform = { binding: 0, resource: { buffer: settings, size: settingsSize(problem) } };
    return steps.map(({ entry, layout, ports }) =>
      (isPerChunk(entry, ports) ? grid.chunks : grid.chunks.slice(0, 1)).map((chunk) =>
        device.createBindGroup({
          layout,
          entries: [
            uniform,
            ...Array.from(ports, (port) => ({ binding: bindingOf(port), resource: resource(port, chunk) })),
          ],
        }),
      ),
    );
  };

  const [groupsFor, check] = createGroupCache(
    device,
    subject,
    ports,
    isReadOnly,
    problem.familyTraits.coincide?.bind(null, problem),
  );
  return {
    sizes: Object.fromEntries(Array.from(ports, ([name, port]) => [name, sizeOf(port, whole)])),
    groupsFor: (buffers, grid, steps) =>
      groupsFor(
        buffers,
        `${grid.rows} ${steps[0].entry}`,
        (port) => sizeOf(port, grid),
        (parts) => createGroups(parts, grid, steps),
      ),
    check,
    destroy() {
      for (const buffer of owned) buffer.destroy();
    },
  };
}
