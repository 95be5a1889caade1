/** Plans: compile once, then record into the caller's encoder, without submit, read-back or await. */
import { type BoundBuffer, type BufferBinding, bufferOf, openPass, resolveBinding, usage } from "./buffers.js";
import { type Chunk, type Grid, gridOf, scratchSize, settingsSize, writeSettings } from "./dispatch.js";
import { LossError, oneOf, refuseUnknown, show } from "./errors.js";
import type { Family } from "./families.js";
import { type Pass, passesFor } from "./passes.js";
import { type Kernel, kernelFor, refuseLost, watchDevice } from "./pipelines.js";
import { bindings, type Port, readOnlyPorts, type View } from "./ports.js";
import {
  type NonFinite,
  type Problem,
  type Reduction,
  resolveGeometry,
  resolveProblem,
  type Shape,
} from "./problem.js";
import { type Tuning, tuningOf } from "./tuning.js";
import type { Loss } from "./zMasked.js";

/** Buffers that a plan can write. */
export const planOutputs = [
  "loss",
  "gradient",
  "unscaledGradient",
  "perSample",
  "z",
  "mask",
  "statistics",
  "summary",
] as const;
/** One of {@link planOutputs}. */
export type PlanOutput = (typeof planOutputs)[number];

/** Optional buffers that a plan can read. */
export const planInputs = ["weights", "upstream", "givenStatistics"] as const;
/** One of {@link planInputs}. */
export type PlanInput = (typeof planInputs)[number];

/** What a plan is made for. */
export interface PlanOptions {
  /** [rows] or [rows, columns]; rows is a capacity: `encode` takes the number of rows of each call. */
  readonly shape: Shape;
  /** Default `["loss", "gradient"]`. `unscaledGradient` stands in place of `gradient`: it lacks the factor `summary.gradientScale`, and the pass that applies it. */
  readonly outputs?: readonly PlanOutput[];
  /** Optional inputs that will be bound; default none. */
  readonly inputs?: readonly PlanInput[];
  /** Default "mean". */
  readonly reduction?: Reduction;
  /** Label of samples to leave out (binary losses); default -100. */
  readonly ignoreIndex?: number;
  /** Default "propagate". */
  readonly nonFinite?: NonFinite;
  /** Overrides of what the library chooses for the adapter. */
  readonly tuning?: Partial<Tuning>;
}

/** Buffers of one `encode` call, by the names of inputs and outputs. */
export type PlanBuffers = Partial<
  Record<"predictions" | "targets" | "logits" | "labels" | PlanInput | PlanOutput, BufferBinding>
>;

/** A compiled loss; see {@link createPlan}. */
export interface Plan {
  /** The loss with its present parameter values. */
  readonly loss: Loss;
  /**
   * Records the loss into an encoder or an open compute pass (whose pipeline and bind group 0 it changes).
   * Nothing is submitted. Outputs are overwritten in full for the rows of this call.
   *
   * @throws LossError `buffer` for missing, unknown, too small or overlapping buffers (destroyed ones are reported at submit, by WebGPU), `shape` for rows beyond the capacity.
   */
  encode(
    encoder: GPUCommandEncoder | GPUComputePassEncoder,
    buffers: PlanBuffers,
    call?: { readonly rows?: number },
  ): void;
  /** Changes parameter values for later calls of `encode`; the loss must have the structure that the plan was compiled for. */
  setLoss(loss: Loss): void;
  /** Resolves once the device has accepted every set of buffers so far; rejects with a LossError `buffer`, for example for buffers of another device. */
  check(): Promise<void>;
  /** Frees the plan's own buffers; safe to call twice. */
  destroy(): void;
}

/** Recordings of one plan with different settings that may await submission at the same time. */
const SETTINGS_SLOTS = 1024;

/** Everything that does not change between the calls of a plan. */
interface Compiled {
  readonly passes: readonly Pass[];
  readonly kernels: readonly Kernel[];
}

/** What a port is called in `encode`. */
function portNames(problem: Problem, outputs: readonly PlanOutput[]): Map<string, Port> {
  const [first, second] = problem.base.definition.familyTraits.data;
  const names = new Map<string, Port>([
    [first, "first"],
    [second, "second"],
    ["weights", "weights"],
    ["upstream", "upstream"],
    ["givenStatistics", "given"],
  ]);
  for (const output of outputs) {
    if (output === "unscaledGradient") names.set(output, "gradient");
    else if (output === "loss") names.set(output, problem.reduction === "none" ? "losses" : "loss");
    else names.set(output, output);
  }
  return names;
}

/** Bytes of a port for one chunk, and where the chunk starts in it. */
function extent(port: Port, grid: Grid, chunk: Chunk, problem: Problem): { offset: number; size: number } {
  const { geometry, groups } = grid;
  const columns = geometry.classes > 1 ? geometry.columns : 1;
  const whole = (size: number) => ({ offset: 0, size });
  const rows = (words: number) => ({ offset: 4 * words * chunk.firstRow, size: 4 * words * chunk.rows });
  switch (port) {
    case "first":
    case "second":
    case "gradient":
      return rows(columns * geometry.width);
    case "weights":
    case "mask":
    case "z":
    case "perSample":
    case "losses":
      return rows(columns);
    case "upstream":
      return problem.reduction === "none" ? rows(columns) : whole(4);
    case "samples":
      return rows(4);
    case "given":
    case "statistics":
      return whole(16 * groups);
    case "scratch":
      return whole(scratchSize(grid));
    case "loss":
      return whole(4);
    case "summary":
      return whole(24);
  }
}

/** The structure that pipelines are compiled for; parameter values are no part of it. */
function structure({ base, mask }: Problem): string {
  return [base.name, base.family, mask?.statistic, mask?.per, mask?.granularity].join(" ");
}

/**
 * Compiles a loss for a device, a shape and a set of outputs.
 *
 * Buffers of `encode` (all with usage STORAGE, f32 unless said otherwise): `predictions` and `targets`, or `logits` and `labels`
 * (0, 1 or `ignoreIndex`, as f32), [rows x columns]; `weights` [samples]; `upstream` [1], for reduction "none" [samples];
 * `givenStatistics` in the form of `statistics`. Written: `loss` [1], for "none" [samples]; `gradient` [rows x columns];
 * `perSample`, `z` [samples]; `mask` u32 [samples]; `statistics` (mean, standard deviation as f32; n, inliers as u32) per group,
 * column by column; `summary` (loss, weightSum, gradientScale as f32; count, invalidLabels, nonFinite as u32).
 *
 * On the GPU a loss that overflows float32 counts as not finite.
 *
 * @throws (rejects) LossError `parameter` or `shape` for options that cannot be, `unsupported` for shapes beyond the device,
 *   `device` when a kernel does not compile or the device is lost.
 */
export async function createPlan<F extends Family>(
  device: GPUDevice,
  loss: Loss<F>,
  options: PlanOptions,
): Promise<Plan> {
  const problem = resolveProblem(loss as Loss, options ?? {});
  const { subject } = problem;
  watchDevice(device, subject);
  refuseLost(device, subject);
  refuseUnknown(options, ["shape", "outputs", "inputs", "reduction", "ignoreIndex", "nonFinite", "tuning"], subject);
  const { outputs = ["loss", "gradient"], inputs = [], shape, tuning: overrides } = options ?? {};
  for (const name of outputs) oneOf(name, planOutputs, subject, "an output");
  for (const name of inputs) oneOf(name, planInputs, subject, "an input");
  if (outputs.includes("gradient") && outputs.includes("unscaledGradient")) {
    throw new LossError(
      "parameter",
      `${subject}: outputs must name one of gradient and unscaledGradient, got both. Leave one out.`,
    );
  }
  if (
    !problem.mask &&
    (outputs.some((name) => name === "mask" || name === "z" || name === "statistics") ||
      inputs.includes("givenStatistics"))
  ) {
    throw new LossError(
      "parameter",
      `${subject}: mask, z, statistics and givenStatistics must go with zMasked, got them without. Wrap the loss: zMasked(loss).`,
    );
  }
  const geometry = resolveGeometry(problem, shape);
  const tuning = tuningOf(device, subject, overrides);
  const names = portNames(problem, outputs);
  const rowSamples = geometry.width > 1;
  const flags = {
    unscaled: outputs.includes("unscaledGradient"),
    rescale: outputs.includes("gradient") && problem.reduction === "mean" && !rowSamples,
  };
  const wanted = {
    problem,
    rowSamples,
    classes: geometry.classes,
    inputs: new Set<Port>(["first", "second", ...inputs.map((name) => names.get(name)!)]),
    outputs: new Set<Port>(outputs.map((name) => names.get(name)!)),
    rescale: flags.rescale,
  };
  const limit = device.limits.maxStorageBuffersPerShaderStage;
  const compileRegime = async (small: boolean, view: View): Promise<Compiled> => {
    const passes = passesFor(wanted, small, limit);
    const kernels = passes.map(({ entry, ports }) =>
      kernelFor(
        device,
        {
          problem,
          rowSamples,
          classes: geometry.classes,
          countsInliers: outputs.includes("statistics"),
          workgroupSize: tuning.workgroupSize,
          ports,
          view: rowSamples && !ports.has("first") ? "scalar" : view,
        },
        entry,
      ),
    );
    return { passes, kernels: await Promise.all(kernels) };
  };
  // Whether a call can use vec4 access depends on its rows unless whole rows are aligned anyway.
  const perColumn = geometry.classes > 1 && geometry.columns > 1;
  const alwaysVector = rowSamples ? false : !perColumn && geometry.columns % 4 === 0;
  const neverVector = rowSamples || perColumn;
  const large = geometry.elements > tuning.smallBatch || gridOf(problem, geometry, tuning).chunks.length > 1;
  const [small, largeScalar, largeVector] = await Promise.all([
    compileRegime(true, "scalar"),
    large && !alwaysVector ? compileRegime(false, "scalar") : undefined,
    large && !neverVector ? compileRegime(false, "vector") : undefined,
  ]);

  return new RecordingPlan(
    device,
    problem,
    geometry.rows,
    geometry.columns,
    shape.length,
    tuning,
    names,
    new Set([...wanted.inputs, ...wanted.outputs]),
    flags,
    {
      small,
      ...(largeScalar && { largeScalar }),
      ...(largeVector && { largeVector }),
    },
  );
}

interface Regimes {
  readonly small: Compiled;
  readonly largeScalar?: Compiled;
  readonly largeVector?: Compiled;
}

/** Bind groups of one call: by pass, then by chunk. */
type CallGroups = readonly (readonly GPUBindGroup[])[];

/** Bind groups by the buffers that they bind, without keeping those buffers alive. */
type GroupNode = { next: WeakMap<GPUBuffer, GroupNode>; calls: Map<string, CallGroups> };

class RecordingPlan implements Plan {
  #problem: Problem;
  #settingsKey: string;
  #destroyed = false;
  #scratch: GPUBuffer | undefined;
  #samples: GPUBuffer | undefined;
  #empty: Map<Port, GPUBuffer> | undefined;
  readonly #settings: GPUBuffer;
  readonly #stride: number;
  readonly #slots = new Map<string, number>();
  readonly #grids = new Map<number, Grid>();
  #groups: GroupNode = { next: new WeakMap(), calls: new Map() };
  #checks: Promise<void> = Promise.resolve();

  constructor(
    readonly device: GPUDevice,
    problem: Problem,
    readonly capacity: number,
    readonly columns: number,
    readonly dimensions: number,
    readonly tuning: Tuning,
    readonly names: ReadonlyMap<string, Port>,
    readonly ports: ReadonlySet<Port>,
    readonly flags: { readonly unscaled: boolean; readonly rescale: boolean },
    readonly regimes: Regimes,
  ) {
    this.#problem = problem;
    this.#settingsKey = this.#keyOf(problem);
    const alignment = device.limits.minUniformBufferOffsetAlignment;
    this.#stride = Math.ceil(settingsSize(problem) / alignment) * alignment;
    this.#settings = device.createBuffer({
      label: `${problem.subject} settings`,
      size: this.#stride * SETTINGS_SLOTS,
      usage: usage.UNIFORM | usage.COPY_DST,
    });
    const grid = this.#grid(capacity);
    this.#reserve(grid);
  }

  get loss(): Loss {
    return this.#problem.loss;
  }

  setLoss(loss: Loss): void {
    const { reduction, nonFinite, ignoreIndex, subject } = this.#problem;
    const problem = resolveProblem(loss, { reduction, nonFinite, ignoreIndex });
    if (
      structure(problem) !== structure(this.#problem) ||
      problem.base.definition.wgsl !== this.#problem.base.definition.wgsl
    ) {
      throw new LossError(
        "parameter",
        `${subject}: setLoss must keep the structure (${structure(this.#problem).trim()}), got ${structure(problem).trim()}. Create another plan.`,
      );
    }
    this.#problem = problem;
    this.#settingsKey = this.#keyOf(problem);
  }

  encode(
    encoder: GPUCommandEncoder | GPUComputePassEncoder,
    buffers: PlanBuffers,
    call: { readonly rows?: number } = {},
  ): void {
    const { subject } = this.#problem;
    if (this.#destroyed)
      throw new LossError(
        "buffer",
        `${subject}: the plan must not be destroyed, got a destroyed one. Create another plan.`,
      );
    refuseLost(this.device, subject);
    if (this.#failure) throw this.#failure;
    refuseUnknown(call, ["rows"], subject);
    const rows = call.rows ?? this.capacity;
    if (!Number.isInteger(rows) || rows < 0 || rows > this.capacity) {
      throw new LossError(
        "shape",
        `${subject}: rows must be a whole number up to the capacity ${this.capacity}, got ${show(rows)}. Create a plan with a larger shape.`,
      );
    }
    const grid = this.#grid(rows);
    const regime = this.#regime(grid);
    const groups = this.#bindGroups(buffers, rows, grid, regime);
    const [pass, own] = openPass(encoder, subject);
    for (let p = 0; p < regime.passes.length; p++) {
      const { perChunk, workgroups } = regime.passes[p];
      pass.setPipeline(regime.kernels[p].pipeline);
      for (let c = 0; c < (perChunk ? grid.chunks.length : 1); c++) {
        pass.setBindGroup(0, groups[p][c], [this.#slot(rows, c, grid)]);
        const count = workgroups(grid, grid.chunks[c].slices);
        const width = Math.min(count, 65535);
        pass.dispatchWorkgroups(width, Math.ceil(count / width));
      }
    }
    if (own) pass.end();
  }

  async check(): Promise<void> {
    await this.#checks;
    if (this.#failure) throw this.#failure;
  }

  destroy(): void {
    this.#destroyed = true;
    for (const buffer of [this.#settings, this.#scratch, this.#samples, ...(this.#empty?.values() ?? [])])
      buffer?.destroy();
    this.#groups = { next: new WeakMap(), calls: new Map() };
  }

  #failure: LossError | undefined;

  #keyOf({ base, mask }: Problem): string {
    return [...Object.values(base.parameters), mask?.threshold, mask?.eps, mask?.ddof, mask?.side].join(" ");
  }

  #grid(rows: number): Grid {
    let grid = this.#grids.get(rows);
    if (!grid) {
      const shape: Shape = this.dimensions === 1 ? [rows] : [rows, this.columns];
      grid = gridOf(this.#problem, resolveGeometry(this.#problem, shape), this.tuning);
      this.#grids.set(rows, grid);
    }
    return grid;
  }

  #regime(grid: Grid): Compiled {
    const { small, largeScalar, largeVector } = this.regimes;
    if (grid.small) return small;
    const aligned = grid.geometry.elements % 4 === 0;
    return (aligned ? (largeVector ?? largeScalar) : largeScalar)!;
  }

  /** Scratch memory never shrinks: a smaller number of rows may be cut into more slices than a larger one. */
  #reserve(grid: Grid): void {
    const { subject } = this.#problem;
    const size = scratchSize(grid);
    if (!this.#scratch || this.#scratch.size < size) {
      this.#scratch = this.device.createBuffer({
        label: `${subject} scratch`,
        size: Math.max(size, 256),
        usage: usage.STORAGE,
      });
    }
    if (grid.rowSamples && !this.#samples) {
      this.#samples = this.device.createBuffer({
        label: `${subject} samples`,
        size: Math.max(16 * this.capacity, 256),
        usage: usage.STORAGE,
      });
    }
  }

  /** Offset of settings for some rows and chunk; equal settings share a slot, so recordings that await submission stay valid. */
  #slot(rows: number, chunk: number, grid: Grid): number {
    const key = `${rows} ${chunk} ${this.#settingsKey}`;
    let slot = this.#slots.get(key);
    if (slot !== undefined) {
      if (this.#slots.size === SETTINGS_SLOTS) {
        this.#slots.delete(key);
        this.#slots.set(key, slot);
      }
      return slot;
    }
    if (this.#slots.size < SETTINGS_SLOTS) slot = this.#slots.size * this.#stride;
    else {
      const [oldest, place] = this.#slots.entries().next().value!;
      this.#slots.delete(oldest);
      slot = place;
    }
    this.#slots.set(key, slot);
    this.device.queue.writeBuffer(
      this.#settings,
      slot,
      writeSettings(this.#problem, grid, grid.chunks[chunk], this.flags),
    );
    return slot;
  }

  #bindGroups(buffers: PlanBuffers, rows: number, grid: Grid, regime: Compiled): CallGroups {
    const { subject } = this.#problem;
    let node = this.#groups;
    let key = `${rows}`;
    const given = (buffers ?? {}) as Record<string, BufferBinding | undefined>;
    const bound = new Map<Port, BufferBinding>();
    for (const [name, port] of this.names) {
      if (!this.ports.has(port)) continue;
      const binding = given[name];
      const buffer = bufferOf(binding, name, subject);
      bound.set(port, binding!);
      let next = node.next.get(buffer);
      if (!next) {
        next = { next: new WeakMap(), calls: new Map() };
        node.next.set(buffer, next);
      }
      node = next;
      key += "buffer" in binding! ? ` ${binding.offset}:${binding.size}` : " -";
    }
    for (const name of Object.keys(given)) {
      const port = this.names.get(name);
      if (given[name] !== undefined && (port === undefined || !this.ports.has(port))) {
        throw new LossError(
          "buffer",
          `${subject}: a buffer must be one that the plan was created for, got ${show(name)}. Name it in createPlan's inputs or outputs.`,
        );
      }
    }
    const known = node.calls.get(key);
    if (known) return known;
    const resolved = this.#checkBuffers(bound, grid);
    this.#reserve(grid);
    const groups = this.#createGroups(resolved, grid, regime);
    node.calls.set(key, groups);
    return groups;
  }

  /** Checks usage, size, offset and overlap of the caller's buffers. */
  #checkBuffers(given: ReadonlyMap<Port, BufferBinding>, grid: Grid): Map<Port, BoundBuffer> {
    const { subject } = this.#problem;
    const label = new Map([...this.names].map(([name, port]) => [port, name]));
    const last = grid.chunks[grid.chunks.length - 1];
    const resolved = new Map<Port, BoundBuffer>();
    for (const [port, binding] of given) {
      const { offset, size } = extent(port, grid, last, this.#problem);
      resolved.set(port, resolveBinding(this.device, binding, offset + size, label.get(port)!, subject));
    }
    for (const [port, { buffer, offset, size }] of resolved) {
      if (readOnlyPorts.has(port)) continue;
      for (const [other, bound] of resolved) {
        if (other === port || bound.buffer !== buffer) continue;
        const reads = readOnlyPorts.has(other);
        if (reads || (offset < bound.offset + bound.size && bound.offset < offset + size)) {
          const rule = reads ? "be in another buffer than any input" : "not overlap another output";
          throw new LossError(
            "buffer",
            `${subject}: ${label.get(port)} must ${rule}, got the buffer of ${label.get(other)}. WebGPU forbids it; use a separate buffer.`,
          );
        }
      }
    }
    return resolved;
  }

  #createGroups(bound: ReadonlyMap<Port, BoundBuffer>, grid: Grid, regime: Compiled): CallGroups {
    const settings = {
      binding: bindings.settings,
      resource: { buffer: this.#settings, size: settingsSize(this.#problem) },
    };
    const resource = (port: Port, chunk: Chunk): GPUBufferBinding => {
      if (port === "scratch") return { buffer: this.#scratch! };
      const { offset, size } = extent(port, grid, chunk, this.#problem);
      if (size === 0) return { buffer: this.#emptyBuffer(port) };
      if (port === "samples") return { buffer: this.#samples!, offset, size };
      const { buffer, offset: start } = bound.get(port)!;
      return { buffer, offset: start + offset, size };
    };
    const { device } = this;
    device.pushErrorScope("validation");
    const groups = regime.passes.map(({ perChunk }, p) => {
      const { layout, ports } = regime.kernels[p];
      return (perChunk ? grid.chunks : grid.chunks.slice(0, 1)).map((chunk) =>
        device.createBindGroup({
          layout,
          entries: [settings, ...ports.map((port) => ({ binding: bindings[port], resource: resource(port, chunk) }))],
        }),
      );
    });
    const scope = device.popErrorScope();
    this.#checks = Promise.all([this.#checks, scope]).then(([, error]) => {
      if (error) {
        this.#failure ??= new LossError(
          "buffer",
          `${this.#problem.subject}: buffers must belong to the plan's device, got: ${error.message}`,
        );
      }
    });
    this.#checks.catch(() => {});
    return groups;
  }

  /** WebGPU has no empty bindings, so an empty batch binds these. */
  #emptyBuffer(port: Port): GPUBuffer {
    this.#empty ??= new Map();
    let buffer = this.#empty.get(port);
    if (!buffer) {
      buffer = this.device.createBuffer({ size: 256, usage: usage.STORAGE });
      this.#empty.set(port, buffer);
    }
    return buffer;
  }
}
