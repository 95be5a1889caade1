/** Plans: compile once, then record into the caller's encoder, without submit, read-back or await. */
import { createBinder, type Step } from "./binder.js";
import { type BufferBinding, dispatch, openPass } from "./buffers.js";
import { type Grid, gridOf, settingsSize, writeSettings } from "./dispatch.js";
import { eachOf, refuse, refuseUnknown } from "./errors.js";
import type { Estimator } from "./estimator.js";
import type { Extra, Family } from "./families.js";
import { type Pass, passesFor, workgroupsOf } from "./passes.js";
import { type Kernel, kernelFor, refuseLost } from "./pipelines.js";
import { layoutOf, type Port, type View } from "./ports.js";
import {
  type FamilyOptions,
  type NonFinite,
  type OptionalInput,
  type Problem,
  type Reduction,
  refuseUnmasked,
  resolveGeometry,
  resolveProblem,
  resultNames,
  type Shape,
} from "./problem.js";
import { recall } from "./recall.js";
import { createSettings } from "./settings.js";
import { composeModule } from "./shader.js";
import { samplesElements } from "./shaders.generated.js";
import { type Tuning, tuningOf } from "./tuning.js";
import type { Loss } from "./zMasked.js";

/** Buffers that a plan can write. */
export const planOutputs = [...resultNames, "unscaledGradient", "summary"] as const;
/** What a plan can write; "logSumExp", "predictedClass" and "correct" are those of class losses, "slopeGradient" that of Lai losses. */
export type PlanOutput = (typeof planOutputs)[number] | Extra;

/** Optional buffers that a plan can read. */
export type PlanInput = OptionalInput;

/** What a plan is made for. */
export interface PlanOptions extends FamilyOptions {
  /** [rows] or [rows, columns]; rows is a capacity: `encode` takes the number of rows of each call. */
  readonly shape: Shape;
  /** Default `["loss", "gradient"]`. `unscaledGradient` stands in place of `gradient`: it lacks the factor `summary.gradientScale`, and the pass that applies it. */
  readonly outputs?: readonly PlanOutput[];
  /** Optional inputs that will be bound; default none. */
  readonly inputs?: readonly PlanInput[];
  /** Default "mean". */
  readonly reduction?: Reduction;
  /** Label of samples to leave out; default -100. */
  readonly ignoreIndex?: number;
  /** Default "propagate". */
  readonly nonFinite?: NonFinite;
  /** Overrides of what the library chooses for the adapter. */
  readonly tuning?: Partial<Tuning>;
}

/** Buffers of one `encode` call, by the names of inputs and outputs. */
export type PlanBuffers = Partial<
  Record<"predictions" | "targets" | "slopes" | "logits" | "labels" | PlanInput | PlanOutput, BufferBinding>
>;

/** A compiled loss; see {@link createPlan}. */
export interface Plan {
  /** The loss with its present parameter values. */
  readonly loss: Loss;
  /** Bytes that each buffer needs at full capacity, by its name in `encode`. */
  readonly sizes: Readonly<Record<string, number>>;
  /**
   * Records the loss into an encoder or an open compute pass (whose pipeline and bind group 0 it changes).
   * Nothing is submitted. Outputs are overwritten in full for the rows of this call.
   *
   * @throws LossError `parameter` for unknown names, `buffer` for missing, too small or overlapping buffers (destroyed ones are reported at submit, by WebGPU), `shape` for rows beyond the capacity.
   */
  encode(
    encoder: GPUCommandEncoder | GPUComputePassEncoder,
    buffers: PlanBuffers,
    call?: { readonly rows?: number },
  ): void;
  /**
   * Changes parameter values for later calls of `encode`; the loss must have the structure that the plan was compiled for. Nothing is
   * compiled: powers of 1/2 and 1, which class losses find faster than others, are as fast only in a plan that was made with them.
   */
  setLoss(loss: Loss): void;
  /** Resolves once the device has accepted every set of buffers since the last check; rejects with a LossError `buffer`, for example for buffers of another device. Until then `encode` throws it as well. */
  check(): Promise<void>;
  /** Frees the plan's own buffers; safe to call twice. */
  destroy(): void;
}

/** The structure that pipelines are compiled for; parameter values are no part of it. */
export function structureOf({ base, mask }: Problem): string {
  return [base.name, base.family, mask?.statistic, mask?.per, mask?.granularity, mask?.estimator]
    .filter(Boolean)
    .join(" ");
}

/** The problem with another loss, which must have the same structure. */
export function withLoss(problem: Problem, loss: Loss): Problem {
  const next = resolveProblem(loss, problem.options);
  const [is, was] = [structureOf(next), structureOf(problem)];
  if (is !== was || next.base.definition.wgsl !== problem.base.definition.wgsl) {
    refuse("parameter", problem.subject, `setLoss must keep the structure ${was}`, is, "Create another plan.");
  }
  return next;
}

/**
 * Compiles a loss for a device, a shape and a set of outputs.
 *
 * Buffers of `encode` (all with usage STORAGE, f32 unless said otherwise): `predictions` and `targets`, or `logits` and `labels`
 * (0, 1 or `ignoreIndex`, as f32), [rows x columns]; `weights` [samples]; `upstream` [1], for reduction "none" [samples];
 * `givenStatistics` in the form of `statistics`. Written: `loss` [1], for "none" [samples]; `gradient` [rows x columns];
 * `perSample`, `z` [samples]; `mask` u32 [samples]; `statistics` (mean, standard deviation as f32; n, inliers as u32) per group,
 * column by column; `summary` (loss, weightSum, gradientScale as f32; count, invalidLabels, nonFinite as u32).
 * Of Lai losses: `slopes` [samples x features], `applyMask` [samples]; written on request `slopeGradient` [samples x features].
 * Of class losses: `logits` [rows x classes], f16 on request as is their gradient; `labels` i32 [rows], or f32 [rows x classes]; `classWeights` [classes], of binary ones [2]; written on request
 * `logSumExp` [rows], `predictedClass` i32 [rows], `correct` u32 [1].
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
  const making = makePlan(device, loss as Loss, options);
  let step = making.next([]);
  while (!step.done) step = making.next(await Promise.all(step.value));
  return step.value;
}

type RowShaders = typeof import("./rows/shaders.generated.js");

/**
 * Makes a plan; yields lists of what may have to be waited for, and goes on with what came of them. Where kernels, and what is loaded
 * on demand, come from is the caller's choice.
 */
export function* makePlan(
  device: GPUDevice,
  loss: Loss,
  options: PlanOptions,
  kernel: (...given: Parameters<typeof kernelFor>) => Kernel | Promise<Kernel> = kernelFor,
  selection: () => Estimator | Promise<Estimator> = () => import("./selection/estimator.js"),
  rowShaders: () => RowShaders | Promise<RowShaders> = () => import("./rows/shaders.generated.js"),
): Generator<unknown[], Plan, unknown[]> {
  let problem = resolveProblem(loss, options, true);
  const { subject, reduction, mask, familyTraits } = problem;
  const { data, extras } = familyTraits;
  refuseLost(device, subject);
  const { outputs = ["loss", "gradient"], inputs = [], shape, tuning: overrides } = options;
  eachOf(outputs, [...planOutputs, ...extras], subject, "an output");
  eachOf(inputs, familyTraits.optional, subject, "an input");
  const aliases: Record<string, Port> = {
    [data[0]]: "first",
    [data[1]]: familyTraits.secondOf?.(options) ?? "second",
    unscaledGradient: "gradient",
    ...(reduction === "none" && { loss: "losses", upstream: "upstreams" }),
  };
  /** The ports behind the names of `encode`. */
  const ports = new Map([...data, ...inputs, ...outputs].map((name) => [name as string, aliases[name] ?? name]));
  const unscaled = ports.has("unscaledGradient");
  if (unscaled && ports.has("gradient")) {
    refuse("parameter", subject, "outputs must hold gradient or unscaledGradient", outputs, "Leave one out.");
  }
  const maskedOnly = ["mask", "z", "statistics", "givenStatistics"].find((name) => ports.has(name));
  if (maskedOnly) refuseUnmasked(problem, maskedOnly);

  const geometry = resolveGeometry(problem, shape);
  const { rows: capacity, columns, classes, width } = geometry;
  const tuning = tuningOf(device, subject, overrides);
  const grids = new Map<number, Grid>();
  const all = new Set(ports.values());
  const segments = familyTraits.segmentsOf?.(problem, geometry, tuning, all) ?? 1;
  const gridFor = (rows: number): Grid =>
    recall(grids, rows, () => gridOf(problem, resolveGeometry(problem, [rows, columns]), tuning, segments));
  const whole = gridFor(capacity);
  const rescale = ports.has("gradient") && reduction === "mean";
  const [subgroup, estimator, rows] = (yield [
    familyTraits.subgroupOf?.(device, problem) ?? 1,
    mask && mask.estimator !== "moments" ? selection() : undefined,
    width > 1 && rowShaders(),
  ]) as [number, Estimator | undefined, RowShaders | false];
  if (estimator && estimator.binsSize(whole.groups) > tuning.maxBindingSize) {
    refuse("unsupported", subject, "groups must fit a binding", whole.groups, "Use fewer columns.");
  }
  const residuals = !!(rescale && mask && !rows && !estimator && familyTraits.residuals);
  const wanted = { ...tuning, segments, geometry, ports: all, rescale, residuals };
  const samples = rows ? [rows.rowsAveraged, rows.rowsStored] : [samplesElements];
  const limit = device.limits.maxStorageBuffersPerShaderStage;
  const passesOf = (familyTraits.passes ?? passesFor).bind(null, problem, wanted);
  const kernels: unknown[] = [];
  const compile = (small: boolean, view: View, way?: string): Pass[] => {
    const passes = estimator?.passes(problem, wanted, small, limit, passesOf) ?? passesOf(small, limit);
    for (const { entry, ports } of passes) {
      const cut = { ...wanted, ports, view, rowLanes: whole.rowLanes, subgroup, way };
      const code = composeModule({ ...cut, problem, unscaled, samples, estimator }, entry);
      kernels.push(kernel(device, subject, entry, code, layoutOf(ports)));
    }
    return passes;
  };
  // vec4 access needs columns without a stride, and elements in fours: whether these are depends on the rows of a call.
  // Short rows gain nothing from vec4 access, and share a kernel without it.
  const always = columns % 4 === 0 && (width === 1 ? classes === 1 : columns > 32);
  const vectors = always || (width === 1 && (classes === 1 || columns === 1));
  const vectorView = width > 1 ? "element" : "element sample";
  // `setLoss` never compiles: beside the fastest way for the values of now there is the one for all, which does without kernels for
  // small calls.
  const waysOf = () => familyTraits.waysOf?.(problem) ?? [];
  const [way, other] = waysOf();
  const view = always ? vectorView : "";
  const sets = [
    compile(true, view, way),
    whole.small || always ? [] : compile(false, "", way),
    whole.small || !vectors ? [] : compile(false, vectorView, way),
    other ? compile(whole.small, view, other) : [],
  ];
  const compiled = (yield kernels) as Kernel[];
  const [small, scalar, vector, general] = sets.map((set) =>
    set.map((pass): Step => ({ ...pass, ...compiled.shift()! })),
  );
  const settings = createSettings(device, settingsSize(problem));
  const binder = createBinder(device, problem, ports, settings.buffer, whole, estimator);
  let destroyed = false;

  return {
    get loss() {
      return problem.loss;
    },
    sizes: binder.sizes,
    encode(encoder, buffers, call = {}) {
      if (destroyed) refuse("buffer", subject, "the plan must be alive", "destroyed", "Create another plan.");
      refuseLost(device, subject);
      refuseUnknown(call, ["rows"], subject);
      const { rows = capacity } = call;
      if (!Number.isInteger(rows) || rows < 0 || rows > capacity) {
        const rule = `rows must be an integer up to ${capacity}`;
        refuse("shape", subject, rule, rows, "Create a larger plan.");
      }
      const grid = gridFor(rows);
      const steps =
        general[0] && waysOf()[0] !== way
          ? general
          : grid.small
            ? small
            : vectors && grid.elements % 4 === 0
              ? vector
              : scalar;
      const groups = binder.groupsFor(buffers, grid, steps);
      const offsets = grid.chunks.map((chunk) => settings.offsetOf(writeSettings(problem, grid, chunk)));
      const [pass, own] = openPass(encoder, subject);
      for (const [s, step] of steps.entries()) {
        pass.setPipeline(step.pipeline);
        for (const [c, group] of groups[s].entries()) {
          pass.setBindGroup(0, group, [offsets[c]]);
          dispatch(pass, workgroupsOf(step, grid, grid.chunks[c].slices));
        }
      }
      own?.end();
    },
    setLoss(loss) {
      problem = withLoss(problem, loss);
    },
    check: binder.check,
    destroy() {
      destroyed = true;
      settings.buffer.destroy();
      binder.destroy();
    },
  };
}
