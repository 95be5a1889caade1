/** Plans of networks: compile once, then record predictions, slopes and gradients into the caller's encoder. */
import { type BoundBuffer, type BufferBinding, dispatch, openPass, STORAGE } from "../buffers.js";
import { checkParameter, eachOf, refuse, refuseUnknown } from "../errors.js";
import { createGroupCache } from "../groups.js";
import { isLaiStep, type LaiTraining, shareOf, word } from "../lai/training.js";
import { type Kernel, refuseLost } from "../pipelines.js";
import { createPlan, type Plan, type PlanInput, type PlanOptions, type PlanOutput, planOutputs } from "../plan.js";
import { recall } from "../recall.js";
import { createSettings } from "../settings.js";
import { type Tuning, tuningOf } from "../tuning.js";
import type { Loss } from "../zMasked.js";
import type { Activation } from "./activations.js";
import { networkKernel, sizesSize, tilings, workgroupsFor, writeSizes } from "./kernels.js";
import { checkActivation, parameterOffsets } from "./network.js";
import { laiOf, plainOf, refuseOtherLosses, resolveLossTraining } from "./problem.js";
import { createWork, type Work } from "./work.js";

const subject = "network";
/** Buffers that a network plan can write beside those of its loss. */
const networkOutputs = ["predictions", "slopes", "parameterGradients"] as const;
/** Buffers of a loss that a network plan can hand on. */
const lossOutputs = planOutputs.filter((name) => !/gradient/i.test(name));
/** Those with a number per sample, whatever the reduction. */
const perSample = /^(targets|predictions|weights|applyMask|mask|z|perSample|upstream|loss)$/;
const standardOutputs = ["loss", "parameterGradients"] as const;
/** Optional buffers of a loss that it passes on. */
const lossInputs = ["weights", "applyMask", "upstream", "givenStatistics"] as const;

/** Buffers that a network plan can write. */
export type NetworkOutput =
  | (typeof networkOutputs)[number]
  | Exclude<(typeof planOutputs)[number], "gradient" | "unscaledGradient">;
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
  /** Default `["loss", "parameterGradients"]`. With `predictions` and `slopes` alone no loss is computed, and targets are not read. */
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

/** A loss with its kernels, between those of the network. */
interface Variant {
  /** Absent where no loss is needed. */
  readonly lossPlan: Plan | undefined;
  /** Buffers of the loss. */
  readonly lossNames: readonly string[];
  readonly before: readonly (Work & Kernel)[];
  readonly after: readonly (Work & Kernel)[];
}

/**
 * Compiles a network with its loss for a device: tiled products of matrices for predictions, slopes and the gradients of both, around the
 * kernels of the loss.
 *
 * Buffers of `encode` (usage STORAGE, f32; or parts of them, at multiples of 256 bytes): `parameters`, layer by layer the weights [outputs, inputs] and then the biases, in the order of
 * `flattenNetwork`; `inputs` [batch x features]; `targets` [batch]; the optional inputs of the loss. Written: `predictions` [batch],
 * `slopes` [batch x features], `parameterGradients` in the order of `parameters`, and what a loss plan writes: `loss`, `summary`,
 * `mask`, `z`, `perSample`, `statistics`.
 *
 * A step costs twice the products of a plain one; with `training`, plain steps cost what they would without slopes. Values, derivatives
 * and gradients of every layer stay in memory for the whole batch, each in one binding.
 *
 * @param loss any regression loss; undefined where the outputs are `predictions` and `slopes` alone.
 * @throws (rejects) LossError `parameter` or `shape` for options that cannot be, `unsupported` for layers beyond a binding of the device,
 *   `device` when a kernel does not compile or the device is lost.
 */
export async function createNetworkPlan(
  device: GPUDevice,
  loss: Loss<"regression"> | undefined,
  options: NetworkPlanOptions,
): Promise<NetworkPlan> {
  refuseLost(device, subject);
  const known = ["units", "activation", "batch", "outputs", "inputs", "reduction", "nonFinite", "training", "tuning"];
  refuseUnknown(options, known, subject);
  const { batch, reduction, nonFinite } = options;
  const overrides = options.tuning && { ...options.tuning };
  const activation = checkActivation(options.activation);
  const offsets = parameterOffsets(options.units);
  const units = [...options.units];
  const [features] = units;
  const [inputs, outputs] = [[...(options.inputs ?? [])], [...(options.outputs ?? standardOutputs)]];
  eachOf(outputs, [...networkOutputs, ...lossOutputs], subject, "an output");
  eachOf(inputs, lossInputs, subject, "an input");
  if (!(Number.isSafeInteger(batch) && batch >= 0 && batch * features < 2 ** 32)) {
    refuse("shape", subject, "batch must be an integer", batch, "Give the number of samples.");
  }
  const differentiates = outputs.includes("parameterGradients");
  const handedOn = outputs.filter((name) => (lossOutputs as readonly string[]).includes(name));
  const hasLoss = differentiates || handedOn.length > 0;
  if (hasLoss) refuseOtherLosses(loss, subject);
  const training = resolveLossTraining(loss, options.training, inputs.includes("applyMask"));
  if (inputs.includes("applyMask") && !(loss && laiOf(loss))) {
    refuse("parameter", subject, "applyMask must go with a Lai loss", loss?.name ?? loss, "Wrap the loss by lai.");
  }

  const tuning = tuningOf(device, subject, overrides);
  const tiling = tuning.workgroupSize > 4 ? tilings.tiled : tilings.direct;
  const work = createWork({ units, offsets, tiling, maxTiles: tuning.maxWorkgroups });
  // What the caller hands over; the rest is the plan's own.
  const names = ["parameters", "inputs", ...(hasLoss ? ["targets", ...inputs] : []), ...outputs];
  const ports = new Map(names.map((name) => [name, name]));
  const bytesOf = new Map<string, number>();
  const most = Math.min(tuning.maxBindingSize, device.limits.maxBufferSize);
  const refuseBeyond = (what: string, bytes: number): void => {
    if (bytes > most) {
      refuse(
        "unsupported",
        subject,
        `${what} must have at most ${most} bytes`,
        bytes,
        "Use a smaller batch or network.",
      );
    }
  };
  refuseBeyond("parameters", 4 * offsets[units.length - 1]);

  const prepare = (loss: Loss<"regression"> | undefined): (() => Promise<Variant>) => {
    const sloped = loss !== undefined && laiOf(loss) !== undefined;
    const draws = sloped && training.subset < 1;
    const draw: Work = {
      kernel: "subset",
      buffers: ["applyMask"],
      sizes: (rows) => ({ rows, units: shareOf(training), offset: training.seed }),
      lanes: (rows) => rows,
    };
    const works = [
      [...work.before(sloped || outputs.includes("slopes")), ...(draws ? [draw] : [])],
      differentiates ? work.after(sloped) : [],
    ];
    for (const name of works.flat().flatMap(({ buffers }) => buffers)) {
      if (ports.has(name)) continue;
      const bytes = work.bytesOf(name, batch);
      refuseBeyond("a layer's matrix", bytes);
      bytesOf.set(name, bytes);
    }
    const read = [...inputs.filter((name) => sloped || name !== "applyMask"), ...(draws ? ["applyMask"] : [])];
    const write = [...handedOn, ...(differentiates ? ["gradient", ...(sloped ? ["slopeGradient"] : [])] : [])];
    const compile = (list: readonly Work[]) =>
      Promise.all(
        list.map(async (one) => ({
          ...one,
          ...(await networkKernel(device, subject, one.kernel, activation, tiling)),
        })),
      );
    return async () => {
      const [before, after] = await Promise.all(works.map(compile));
      const lossPlan =
        loss &&
        (await createPlan(device, loss, {
          shape: [batch],
          inputs: read as PlanInput[],
          outputs: write as PlanOutput[],
          reduction,
          nonFinite,
          tuning: overrides,
          ...(sloped && { slopes: features }),
        }));
      return {
        lossPlan,
        lossNames: ["predictions", "targets", ...(sloped ? ["slopes"] : []), ...read, ...write],
        before,
        after,
      };
    };
  };
  const variants = [hasLoss ? loss : undefined, ...(hasLoss && loss && training.plainSteps > 0 ? [plainOf(loss)] : [])];
  const [compileMain, compilePlain] = variants.map(prepare);
  const main = await compileMain();
  const plain = await compilePlain?.().catch((error) => {
    main.lossPlan?.destroy();
    throw error;
  });

  const own = new Map(
    Array.from(bytesOf, ([name, size]) => [
      name,
      device.createBuffer({ label: `${subject} ${name}`, size, usage: STORAGE }),
    ]),
  );
  const settings = createSettings(device, sizesSize);
  const [groupsFor, check] = createGroupCache(
    device,
    subject,
    ports,
    (name) => !(outputs as string[]).includes(name),
    (one, other) => {
      // The loss reads what the network writes.
      const shared = one.buffer === other.buffer && handedOn.includes(one.name as NetworkOutput);
      if (shared && /^(predictions|slopes)$/.test(other.name)) {
        const rule = `${one.name} must not share a buffer with ${other.name}`;
        refuse("buffer", subject, rule, [one.offset, other.offset], "Use another.");
      }
      return false;
    },
  );
  const sizeOf = (name: string, rows: number): number => {
    if (/^parameter/.test(name)) return 4 * offsets[units.length - 1];
    if (/^(inputs|slopes)$/.test(name)) return 4 * rows * features;
    const { [name]: whole } = main.lossPlan?.sizes ?? {};
    return /^(upstream|loss)$/.test(name) && reduction !== "none" ? 4 : perSample.test(name) ? 4 * rows : whole;
  };
  /** WebGPU has no empty bindings. */
  const empty = (name: string): GPUBuffer =>
    recall(own, `empty ${name}`, () => device.createBuffer({ size: 4, usage: STORAGE }));
  const bind = ({ layout, buffers }: Work & Kernel, bound: ReadonlyMap<string, BoundBuffer>): GPUBindGroup => {
    const resources = buffers.map((name) => {
      const part = bound.get(name);
      return part?.size === 0 ? { buffer: empty(name) } : (part ?? { buffer: own.get(name)! });
    });
    const all = [{ buffer: settings.buffer, size: sizesSize }, ...resources];
    return device.createBindGroup({ layout, entries: all.map((resource, binding) => ({ binding, resource })) });
  };
  let destroyed = false;

  return {
    sizes: Object.fromEntries(names.map((name) => [name, sizeOf(name, batch)])),
    encode(encoder, buffers, call = {}) {
      if (destroyed) refuse("buffer", subject, "the plan must be alive", "destroyed", "Create another plan.");
      refuseLost(device, subject);
      refuseUnknown(call, ["rows", "step"], subject);
      const { rows = batch, step = 0 } = call;
      if (!Number.isInteger(rows) || rows < 0 || rows > batch) {
        const rule = `rows must be an integer up to ${batch}`;
        refuse("shape", subject, rule, rows, "Create a larger plan.");
      }
      checkParameter(subject, "step", step, word);
      const { lossPlan, lossNames, before, after } = plain && !isLaiStep(training, step) ? plain : main;
      const groups = groupsFor(
        buffers,
        `${rows} ${before === main.before}`,
        (name) => sizeOf(name, rows),
        (bound) => [before, after].map((list) => list.map((one) => bind(one, bound))),
      );
      const [pass, mine] = openPass(encoder, subject);
      const record = (list: Variant["before"], groups: readonly GPUBindGroup[]): void => {
        for (const [w, { kernel, pipeline, sizes, lanes }] of list.entries()) {
          const cut = { ...sizes(rows), ...(kernel === "subset" && { height: step }) };
          pass.setPipeline(pipeline);
          pass.setBindGroup(0, groups[w], [settings.offsetOf(writeSizes(cut))]);
          dispatch(pass, workgroupsFor(cut, tiling, lanes?.(rows)));
        }
      };
      const binding = (name: string) => buffers[name as NetworkOutput] ?? own.get(name);
      try {
        record(before, groups[0]);
        lossPlan?.encode(pass, Object.fromEntries(lossNames.map((name) => [name, binding(name)])), { rows });
        record(after, groups[1]);
      } finally {
        mine?.end();
      }
    },
    setLoss(loss) {
      refuseOtherLosses(loss, subject);
      if (!main.lossPlan) refuse("parameter", subject, "setLoss must go with a loss", outputs, "Create another plan.");
      main.lossPlan.setLoss(loss);
      plain?.lossPlan?.setLoss(plainOf(loss));
    },
    async check() {
      await Promise.all([check(), main.lossPlan?.check(), plain?.lossPlan?.check()]);
    },
    destroy() {
      destroyed = true;
      for (const buffer of [...own.values(), settings.buffer]) buffer.destroy();
      main.lossPlan?.destroy();
      plain?.lossPlan?.destroy();
    },
  };
}
