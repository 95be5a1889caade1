/** Plans of networks: compile once, then record predictions, slopes and gradients into the caller's encoder. */
import { type BufferBinding, dispatch, openPass, usage } from "../buffers.js";
import { checkParameter, eachOf, refuse, refuseUnknown } from "../errors.js";
import { createGroupCache } from "../groups.js";
import { isLaiStep, type LaiTraining, resolveTraining, shareOf, word } from "../lai/training.js";
import { type Kernel, refuseLost } from "../pipelines.js";
import { createPlan, type PlanInput, type PlanOptions, type PlanOutput, planOutputs } from "../plan.js";
import { createSettings } from "../settings.js";
import { type Tuning, tuningOf } from "../tuning.js";
import type { Loss } from "../zMasked.js";
import type { Activation } from "./activations.js";
import {
  type NetworkKernel,
  networkKernel,
  type Sizes,
  sizesSize,
  tilings,
  workgroupsFor,
  writeSizes,
} from "./kernels.js";
import { checkActivation, parameterOffsets } from "./network.js";
import { laiOf, plainOf, refuseMaskAndSubset, refuseOtherLosses } from "./problem.js";
import { type LayerStep, stepsAfterLoss, stepsBeforeLoss } from "./steps.js";

/** Buffers that a network plan can write beside those of its loss. */
const networkOutputs = ["predictions", "slopes", "parameterGradients"] as const;
/** Buffers of a loss that a network plan can hand on. */
const lossOutputs = planOutputs.filter((name) => !/gradient/i.test(name));
const lossInputs = ["weights", "applyMask", "upstream", "givenStatistics"] as const;

/** Buffers that a network plan can write. */
export type NetworkOutput = (typeof networkOutputs)[number] | Exclude<PlanOutput, "gradient" | "unscaledGradient">;
/** Optional buffers that it can read. */
export type NetworkInput = (typeof lossInputs)[number];

/** What a network plan is made for. */
export interface NetworkPlanOptions extends Pick<PlanOptions, "reduction" | "nonFinite"> {
  /** Units of every layer: the features, the hidden layers, and 1. */
  readonly units: readonly number[];
  /** Between the layers. */
  readonly activation: Activation;
  /** Samples of a batch, as a capacity: `encode` takes the number of rows of each call. */
  readonly batch: number;
  /** Default `["loss", "parameterGradients"]`. With `predictions` and `slopes` alone there is no loss, and targets are not read. */
  readonly outputs?: readonly NetworkOutput[];
  /** Optional inputs of the loss that will be bound; default none. */
  readonly inputs?: readonly NetworkInput[];
  /** Lai losses only: in which steps, and for which samples of those, the loss is more than the plain one; default: all. */
  readonly training?: LaiTraining;
  /** Overrides of what the library chooses for the adapter. */
  readonly tuning?: Partial<Tuning>;
}

/** Buffers of one `encode` call. */
export type NetworkBuffers = Partial<
  Record<"parameters" | "inputs" | "targets" | NetworkInput | NetworkOutput, BufferBinding>
>;

/** A compiled network with its loss; see {@link createNetworkPlan}. */
export interface NetworkPlan {
  /** Bytes that each buffer needs at full capacity, by its name in `encode`. */
  readonly sizes: Readonly<Record<string, number>>;
  /**
   * Records a step into an encoder or an open compute pass; nothing is submitted. `step` is for `training`, counted from 0.
   *
   * @throws LossError as a loss plan's `encode`.
   */
  encode(
    encoder: GPUCommandEncoder | GPUComputePassEncoder,
    buffers: NetworkBuffers,
    call?: { readonly rows?: number; readonly step?: number },
  ): void;
  /** Changes parameter values of the loss; see a loss plan's `setLoss`. */
  setLoss(loss: Loss<"regression">): void;
  /** Resolves once the device has accepted every set of buffers since the last check; see a loss plan's `check`. */
  check(): Promise<void>;
  /** Frees the plan's own buffers; safe to call twice. */
  destroy(): void;
}

/** A dispatch: a kernel, what it is bound to from binding 1 on, and its sizes for a number of rows. */
interface Work {
  readonly kernel: NetworkKernel;
  readonly buffers: readonly string[];
  readonly sizes: (rows: number) => Sizes;
  /** Lanes, where it is no product. */
  readonly lanes?: (rows: number) => number;
}

/**
 * Compiles a network with its loss for a device: tiled products of matrices for predictions, slopes and the gradients of both, around the
 * kernels of the loss.
 *
 * Buffers of `encode` (usage STORAGE, f32): `parameters`, layer by layer the weights [outputs, inputs] and then the biases, in the order of
 * `flattenNetwork`; `inputs` [batch x features]; `targets` [batch]; the optional inputs of the loss. Written: `predictions` [batch],
 * `slopes` [batch x features], `parameterGradients` in the order of `parameters`, and what a loss plan writes: `loss`, `summary`,
 * `mask`, `z`, `perSample`, `statistics`.
 *
 * A step costs twice the products of a plain one; with `training`, plain steps cost what they would without slopes. Values, derivatives
 * and gradients of every layer stay in memory for the whole batch, each in one binding.
 *
 * @param loss any regression loss.
 * @throws (rejects) LossError `parameter` or `shape` for options that cannot be, `unsupported` for layers beyond a binding of the device,
 *   `device` when a kernel does not compile or the device is lost.
 */
export async function createNetworkPlan(
  device: GPUDevice,
  loss: Loss<"regression">,
  options: NetworkPlanOptions,
): Promise<NetworkPlan> {
  const subject = "network";
  refuseLost(device, subject);
  refuseOtherLosses(loss, subject);
  const known = ["units", "activation", "batch", "outputs", "inputs", "reduction", "nonFinite", "training", "tuning"];
  refuseUnknown(options, known, subject);
  const { units, batch, reduction, nonFinite, inputs = [], outputs = ["loss", "parameterGradients"] } = options;
  const activation = checkActivation(options.activation);
  eachOf(outputs, [...networkOutputs, ...lossOutputs], subject, "an output");
  eachOf(inputs, lossInputs, subject, "an input");
  const offsets = parameterOffsets(units);
  if (!(Number.isSafeInteger(batch) && batch >= 0 && batch * units[0] < 2 ** 32)) {
    refuse("shape", subject, "batch must be a whole number", batch, "Give the number of samples.");
  }
  const lai = laiOf(loss);
  if (options.training && !lai) {
    refuse("parameter", subject, "training must go with a Lai loss", loss.name, "Wrap the loss by lai.");
  }
  const training = resolveTraining(options.training);
  const draws = training.subset < 1;
  if (draws) refuseMaskAndSubset(inputs.includes("applyMask") ? "an input" : undefined, subject);

  const tuning = tuningOf(device, subject, options.tuning);
  const tiling = tuning.workgroupSize > 4 ? tilings.tiled : tilings.direct;
  const layers = units.length - 1;
  const [features] = units;
  const differentiates = outputs.includes("parameterGradients");
  const handedOn = outputs.filter((name) => (lossOutputs as readonly string[]).includes(name)) as PlanOutput[];
  const hasLoss = differentiates || handedOn.length > 0;

  /** A number of rows or units with padding; units with the one after the last. */
  const padded = (n: number): number => tiling.side * Math.max(1, Math.ceil(n / tiling.side));
  const wide = units.map((n) => padded(n + 1));
  const splitsOf = (l: number, rows: number): number => {
    const tiles = (wide[l] * wide[l + 1]) / tiling.side ** 2;
    return Math.min(Math.ceil(padded(rows) / 256), Math.ceil(tuning.maxWorkgroups / tiles));
  };

  // What the caller hands over, and whether kernels write it.
  const ports = new Map<string, string>();
  for (const name of ["parameters", "inputs", ...(hasLoss ? ["targets", ...inputs] : []), ...outputs])
    ports.set(name, name);
  const written = new Set<string>(outputs);
  const given = (name: string): boolean => ports.has(name);

  // The plan's own buffers, in bytes.
  const own: Record<string, number> = { broken: 4 * padded(batch) };
  const matrix = (name: string, l: number): string => {
    own[`${name} ${l}`] = 4 * padded(batch) * wide[l];
    return `${name} ${l}`;
  };
  /** One of the caller's buffers, or one of the plan's in its place. */
  const vector = (name: string, numbers: number): string => {
    if (!given(name)) own[name] = 4 * numbers;
    return name;
  };
  const values = (l: number) => matrix("values", l);
  const firsts = (l: number) => (l === layers - 1 ? pulls(l) : matrix("firsts", l + 1));
  const pulls = (l: number) => matrix("pulls", l + 1);
  const tangents = (l: number) => matrix("tangents", l);
  const bends = (l: number) => matrix("bends", l + 1);
  const errors = (l: number) => matrix("errors", l + 1);
  const weights = (l: number): string => {
    own[`weights ${l}`] = 4 * wide[l] * wide[l + 1];
    return `weights ${l}`;
  };
  const parts = (l: number): string => {
    own[`parts ${l}`] = 8 * splitsOf(l, batch) * wide[l] * wide[l + 1];
    return `parts ${l}`;
  };
  const predictions = () => vector("predictions", batch);
  const slopes = () => vector("slopes", batch * features);
  const gradient = () => vector("gradient", batch);
  const slopeGradient = () => vector("slopeGradient", batch * features);

  /** A product of a matrix of the batch with the weights of a layer, upwards or downwards. */
  const product =
    (l: number, up: boolean) =>
    (rows: number): Sizes => {
      const [from, to] = up ? [l, l + 1] : [l + 1, l];
      const inner = wide[from] / 4;
      return {
        rowTiles: padded(rows) / tiling.side,
        columnTiles: wide[to] / tiling.side,
        splits: 1,
        depth: inner,
        inner,
        leftStride: inner,
        rightStride: wide[l] / 4,
        stride: wide[to] / 4,
        rows,
        units: units[to],
      };
    };
  /** Half of a gradient: errors and values, or pulls and tangents. */
  const gradientWork = (l: number, half: number, left: string, right: string): Work => ({
    kernel: "gradient",
    buffers: [left, right, parts(l)],
    sizes(rows) {
      const splits = splitsOf(l, rows);
      const inner = padded(rows) / 4;
      return {
        rowTiles: wide[l + 1] / tiling.side,
        columnTiles: wide[l] / tiling.side,
        splits,
        // Whole steps of the inner loop.
        depth: 4 * Math.ceil(inner / splits / 4),
        inner,
        leftStride: wide[l + 1] / 4,
        rightStride: wide[l] / 4,
        stride: wide[l] / 4,
        offset: half * splits,
        height: wide[l + 1],
      };
    },
  });
  const collectWork = (l: number, halves: number): Work => ({
    kernel: "collect",
    buffers: [parts(l), "parameterGradients"],
    sizes: (rows) => ({
      splits: halves * splitsOf(l, rows),
      stride: wide[l] / 4,
      rows: units[l + 1],
      units: units[l],
      offset: offsets[l],
      height: wide[l + 1],
    }),
    lanes: () => offsets[l + 1] - offsets[l],
  });
  /** Padding for what the loss has written. */
  const widenWork = (from: string, to: string, l: number): Work => ({
    kernel: "widen",
    buffers: [from, to],
    sizes: (rows) => ({ stride: wide[l] / 4, rows, units: units[l], height: padded(rows) }),
    lanes: (rows) => (padded(rows) * wide[l]) / 4,
  });
  /** The kernels behind a step. */
  const workOf =
    (sloped: boolean) =>
    ([step, l]: LayerStep): Work[] => {
      const [upward, downward] = [product(l, true), product(l, false)];
      switch (step) {
        case "forward": {
          const operands = [values(l), weights(l)];
          return l < layers - 1
            ? [{ kernel: "forward", buffers: [...operands, values(l + 1), firsts(l)], sizes: upward }]
            : [{ kernel: "predict", buffers: [...operands, pulls(l), predictions(), "broken"], sizes: upward }];
        }
        case "pull": {
          const operands = [pulls(l), weights(l)];
          return l > 0
            ? [{ kernel: "pull", buffers: [...operands, firsts(l - 1), pulls(l - 1)], sizes: downward }]
            : [{ kernel: "slope", buffers: [...operands, slopes(), "broken"], sizes: downward }];
        }
        case "tangent": {
          const read = [tangents(l), weights(l), firsts(l), pulls(l), values(l + 1)];
          return [{ kernel: "tangent", buffers: [...read, tangents(l + 1), bends(l)], sizes: upward }];
        }
        case "back": {
          const common = [errors(l), weights(l), firsts(l - 1), errors(l - 1)];
          return sloped
            ? [{ kernel: "bentBack", buffers: [...common, bends(l - 1)], sizes: downward }]
            : [{ kernel: "back", buffers: common, sizes: downward }];
        }
        case "gradient":
          return [
            gradientWork(l, 0, errors(l), values(l)),
            ...(sloped ? [gradientWork(l, 1, pulls(l), tangents(l))] : []),
            collectWork(l, sloped ? 2 : 1),
          ];
      }
    };
  const packing: Work[] = [
    ...units.slice(1).map(
      (outputs, l): Work => ({
        kernel: "widen",
        buffers: ["parameters", weights(l)],
        sizes: () => ({
          depth: 1,
          stride: wide[l] / 4,
          rows: outputs,
          units: units[l],
          offset: offsets[l],
          height: wide[l + 1],
        }),
        lanes: () => (wide[l] * wide[l + 1]) / 4,
      }),
    ),
    {
      kernel: "inputs",
      buffers: ["inputs", values(0), "broken"],
      sizes: (rows) => ({ stride: wide[0] / 4, rows, units: features, height: padded(rows) }),
      lanes: padded,
    },
  ];
  const work = (sloped: boolean): readonly [before: Work[], after: Work[]] => [
    [...packing, ...stepsBeforeLoss(layers, sloped || given("slopes")).flatMap(workOf(sloped))],
    differentiates
      ? [
          widenWork(gradient(), errors(layers - 1), layers),
          ...(sloped ? [widenWork(slopeGradient(), tangents(0), 0)] : []),
          ...stepsAfterLoss(layers, sloped).flatMap(workOf(sloped)),
        ]
      : [],
  ];

  const compile = async (loss: Loss<"regression">) => {
    const sloped = laiOf(loss) !== undefined;
    const [before, after] = work(hasLoss && sloped);
    const drawn = sloped && draws && hasLoss;
    if (drawn) {
      before.push({
        kernel: "subset",
        buffers: [vector("applyMask", batch)],
        sizes: (rows) => ({ rows, units: shareOf(training) }),
        lanes: (rows) => rows,
      });
    }
    const lossInput = [...inputs, ...(drawn ? ["applyMask"] : [])].filter((name) => sloped || name !== "applyMask");
    const wanted = [...handedOn, ...(differentiates ? ["gradient", ...(sloped ? ["slopeGradient"] : [])] : [])];
    const [plan, ...kernels] = await Promise.all([
      hasLoss
        ? createPlan(device, loss, {
            shape: [batch],
            outputs: wanted as PlanOutput[],
            inputs: lossInput as PlanInput[],
            reduction,
            nonFinite,
            tuning: options.tuning,
            ...(sloped && { slopes: features }),
          })
        : undefined,
      ...[...before, ...after].map(({ kernel }) => networkKernel(device, subject, kernel, activation, tiling)),
    ]);
    return { sloped, plan, before, after, kernels, lossInput, wanted };
  };
  type Variant = Awaited<ReturnType<typeof compile>>;
  const alternates = lai !== undefined && hasLoss && training.plainSteps > 0;
  const [main, plain] = await Promise.all([compile(loss), alternates ? compile(plainOf(loss)) : undefined]);

  // Now that all buffers are known.
  const most = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  const largest = Math.max(...Object.values(own));
  if (largest > most) {
    refuse("unsupported", subject, `a layer's matrix must have at most ${most} bytes`, largest, "Use smaller batches.");
  }
  const owned = new Map<string, GPUBuffer>();
  for (const [name, bytes] of Object.entries(own)) {
    const size = 4 * Math.ceil(Math.max(bytes, 4) / 4);
    owned.set(name, device.createBuffer({ label: `${subject} ${name}`, size, usage: usage.STORAGE }));
  }
  const settings = createSettings(device, sizesSize);
  const [groupsFor, check] = createGroupCache(device, subject, ports, (name) => !written.has(name));
  const sizeOf = (name: string, rows: number): number => {
    if (name === "parameters" || name === "parameterGradients") return 4 * offsets[layers];
    if (name === "inputs" || name === "slopes") return 4 * rows * features;
    if (name === "predictions") return 4 * rows;
    return main.plan?.sizes[name] ?? 4 * rows;
  };
  let destroyed = false;

  return {
    sizes: Object.fromEntries(Array.from(ports.keys(), (name) => [name, sizeOf(name, batch)])),
    encode(encoder, buffers, call = {}) {
      if (destroyed) refuse("buffer", subject, "the plan must be alive", "destroyed", "Create another plan.");
      refuseLost(device, subject);
      refuseUnknown(call, ["rows", "step"], subject);
      const { rows = batch, step = 0 } = call;
      if (!Number.isInteger(rows) || rows < 0 || rows > batch) {
        const rule = `rows must be a whole number up to the capacity ${batch}`;
        refuse("shape", subject, rule, rows, "Create a larger plan.");
      }
      checkParameter(subject, "step", step, word);
      const variant: Variant = plain && !isLaiStep(training, step) ? plain : main;
      const { plan, before, after, kernels, lossInput, wanted } = variant;
      const [groups] = groupsFor(
        buffers,
        `${rows} ${variant === main}`,
        (name) => sizeOf(name, rows),
        (bound) => [
          [...before, ...after].map(({ buffers }, w) =>
            device.createBindGroup({
              layout: (kernels[w] as Kernel).layout,
              entries: [
                { binding: 0, resource: { buffer: settings.buffer, size: sizesSize } },
                ...buffers.map((name, i) => ({
                  binding: i + 1,
                  resource: bound.get(name)?.size
                    ? bound.get(name)!
                    : { buffer: owned.get(name) ?? owned.get("broken")! },
                })),
              ],
            }),
          ),
        ],
      );
      const [pass, mine] = openPass(encoder, subject);
      const record = (list: readonly Work[], first: number): void => {
        for (const [w, { kernel, sizes, lanes }] of list.entries()) {
          const own = { ...sizes(rows), ...(kernel === "subset" && { offset: training.seed, height: step }) };
          pass.setPipeline((kernels[first + w] as Kernel).pipeline);
          pass.setBindGroup(0, groups[first + w], [settings.offsetOf(writeSizes(own))]);
          dispatch(pass, workgroupsFor(own, tiling, lanes?.(rows)));
        }
      };
      record(before, 0);
      if (plan) {
        const names = ["predictions", "targets", ...(variant.sloped ? ["slopes"] : []), ...lossInput, ...wanted];
        const bindings = names.map((name) => [name, owned.get(name) ?? buffers[name as NetworkOutput]]);
        plan.encode(pass, Object.fromEntries(bindings), { rows });
      }
      record(after, before.length);
      mine?.end();
    },
    setLoss(loss) {
      refuseOtherLosses(loss, subject);
      main.plan?.setLoss(loss);
      plain?.plan?.setLoss(plainOf(loss));
    },
    async check() {
      await Promise.all([check(), main.plan?.check(), plain?.plan?.check()]);
    },
    destroy() {
      destroyed = true;
      for (const buffer of [...owned.values(), settings.buffer]) buffer.destroy();
      main.plan?.destroy();
      plain?.plan?.destroy();
    },
  };
}
