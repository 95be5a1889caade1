/** Losses as functions of TensorFlow.js. */
import { eachOf, refuse, refuseUnknown } from "../errors.js";
import type { Family } from "../families.js";
import { withLoss } from "../plan.js";
import { emptyGroups, type NonFinite, type OptionalInputs, type Reduction, resolveProblem } from "../problem.js";
import type { Loss } from "../zMasked.js";
import { type KernelOutput, outputsOf, readCall, sizeOf } from "./call.js";
import { holdsFloats, requireTf, type Scalar, type Tensor, type Tf, webgpuOf } from "./host.js";
import { registerLossKernel } from "./kernel.js";
import { createLast, type KeptOutput, type Last } from "./last.js";
import { loadSelection } from "./plans.js";
import { wordsOf } from "./reference.js";

/** Options of {@link toTfjs}. */
export interface TfjsOptions {
  /** Default "mean". With "none" the function returns a tensor, one number per sample. */
  readonly reduction?: Reduction;
  /** Label of samples to leave out; default -100. */
  readonly ignoreIndex?: number;
  /** Default "propagate". */
  readonly nonFinite?: NonFinite;
  /** Where there are labels: factors of the weights, one per class, in every call. */
  readonly classWeights?: ArrayLike<number>;
  /** What of every call stays until the next one, see {@link Last}; default `["summary"]`, 24 bytes. */
  readonly keep?: readonly KeptOutput[];
}

/** Tensors of a call by name; `upstream` may be a number, and `givenStatistics` the `statistics` of a result. */
export interface TfjsInputs {
  /** Regression losses: what the model says, [rows, ...columns]. */
  readonly predictions?: Tensor;
  /** What it should say, of the same shape. */
  readonly targets?: Tensor;
  /** Lai losses: d prediction / d input, [samples, features]. */
  readonly slopes?: Tensor;
  /** Binary and class losses: what the model says, [rows, ...columns] or [..., classes]. */
  readonly logits?: Tensor;
  /** 0, 1 or `ignoreIndex`; of class losses classes, or rows of probabilities. */
  readonly labels?: Tensor;
  /** One per sample; default 1. */
  readonly weights?: Tensor;
  /** Where there are labels: factors of the weights, one per class. */
  readonly classWeights?: Tensor;
  /** Lai losses: one per sample, 0 where the loss is the plain one. */
  readonly applyMask?: Tensor;
  /** Gradient of what follows: a number, or one per sample for "none"; default 1. */
  readonly upstream?: Tensor | number;
  /** Means and deviations to mask by, in place of the batch's own. */
  readonly givenStatistics?: Tensor | OptionalInputs["givenStatistics"];
}

/** A loss as a function of TensorFlow.js. */
export interface TfjsLoss<T extends Tensor = Scalar> {
  /** The loss of predictions (or logits), targets (or labels) first, as `model.compile` calls it. */
  (yTrue: Tensor, yPred: Tensor): T;
  /** The same with all inputs by name; differentiable with respect to `predictions` and `slopes`, or `logits`. */
  with(inputs: TfjsInputs): T;
  /** The loss with its present parameter values. */
  readonly loss: Loss;
  /** Changes parameter values for later calls, without compiling anything; the loss must have the same structure. */
  setLoss(loss: Loss): void;
  /** What the last call left behind. */
  readonly last: Last;
  /** Loads what is loaded on demand: kernels of medians and trimmed means have to be there before the first call, subgroups are used if it came first. */
  ready(): Promise<void>;
  /** Frees the tensors that are kept. */
  dispose(): void;
}

/** Of an interface that can be called, what is no call. */
type Members = { [K in keyof TfjsLoss<Tensor>]: TfjsLoss<Tensor>[K] };

/**
 * Makes a loss a differentiable function of TensorFlow.js, for `model.compile({ loss })`, `optimizer.minimize` and `tf.valueAndGrad`. On
 * the `webgpu` backend loss and gradient come from one run of the package's kernels, between those of TensorFlow.js, on its device and
 * its buffers; on every other backend from `evaluate`. There is no second derivative.
 *
 * Predictions are [rows, ...columns]; logits of class losses [..., classes], and their labels classes, of that shape without the last
 * dimension (or with 1 in its place), or rows of probabilities, of the same shape. Targets and labels may have any type of number.
 *
 * @param tf your copy of TensorFlow.js, from 4.10 to 4.22; only its types are imported here.
 * @throws LossError `unsupported` where it lacks what is needed, `parameter` for options that cannot be; a call as `createPlan` and
 *   `evaluate`, `unsupported` for a second derivative.
 */
export function toTfjs<F extends Family>(
  tf: Tf,
  loss: Loss<F>,
  options: TfjsOptions & { readonly reduction: "none" },
): TfjsLoss<Tensor>;
export function toTfjs<F extends Family>(tf: Tf, loss: Loss<F>, options?: TfjsOptions): TfjsLoss;
export function toTfjs(tf: Tf, loss: Loss, options: TfjsOptions = {}): TfjsLoss<Tensor> {
  requireTf(tf);
  const { keep = ["summary"], classWeights, reduction, ignoreIndex, nonFinite } = options;
  const common = { reduction, ignoreIndex, nonFinite };
  let problem = resolveProblem(loss, common, true);
  const { subject, familyTraits } = problem;
  const { name: family } = familyTraits;
  const data: readonly (keyof TfjsInputs & string)[] = familyTraits.data as never;
  const [firstName, secondName] = data;
  refuseUnknown(options, ["keep", "classWeights", ...Object.keys(common)], subject);
  const keepable = outputsOf(problem).filter((name) => !/^loss$|radient/.test(name));
  eachOf(keep, keepable, subject, "keep");
  if (classWeights) eachOf(["classWeights"], familyTraits.optional, subject, "an option");
  const kept = [...keep];
  const { last, take } = createLast(tf, subject);
  /** One for every backend: moved between them, it would have to be read back. */
  const constants = new Map<string, Tensor>();

  /** All but what is differentiated, in the types that the kernels read. */
  const prepare = (given: TfjsInputs, first: Tensor): Record<string, Tensor> => {
    const { upstream, givenStatistics, ...tensors } = given;
    const prepared: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(tensors)) {
      if (!tensor) continue;
      const ids = name === "labels" && family === "class" && tensor.size !== first.size;
      prepared[name] = ids ? (tensor.dtype === "int32" ? tensor : tf.cast(tensor, "int32")) : floatsOf(tf, tensor);
    }
    if (classWeights && !prepared.classWeights) {
      const { backendName } = tf.engine();
      const constant = constants.get(backendName) ?? tf.keep(tf.tensor(Float32Array.from(classWeights)));
      constants.set(backendName, constant);
      prepared.classWeights = constant;
    }
    if (upstream !== undefined && upstream !== 1) {
      prepared.upstream = typeof upstream === "number" ? tf.tensor([upstream]) : upstream;
    }
    if (givenStatistics) {
      const own = { ...prepared, [firstName]: first };
      prepared.givenStatistics = Array.isArray(givenStatistics)
        ? tf.tensor(wordsFor(givenStatistics, own))
        : (givenStatistics as Tensor);
    }
    return prepared;
  };
  /** Statistics of groups, where they belong. */
  const wordsFor = (
    given: NonNullable<OptionalInputs["givenStatistics"]>,
    inputs: Record<string, Tensor>,
  ): number[] => {
    const groups = emptyGroups(readCall(inputs, { loss: problem.loss, ...common }).geometry);
    return wordsOf(
      groups.map((group) => given.find((g) => g.column === group.column && g.class === group.class) ?? group),
    );
  };

  const call = (given: TfjsInputs): Tensor => {
    const kernel = registerLossKernel(tf);
    const engine = tf.engine();
    checkShapes(given);
    const names = data.filter((name) => name === firstName || name === "slopes");
    const sources = names.map((name) => given[name] as Tensor);
    const outputs: KernelOutput[] = [
      "loss",
      "gradient",
      ...(names.length > 1 ? (["slopeGradient"] as const) : []),
      ...kept,
    ];
    const attributes = { loss: problem.loss, outputs, ...common };
    const compute = (...all: (Tensor | ((tensors: Tensor[]) => void))[]) => {
      const save = all.pop() as (tensors: Tensor[]) => void;
      const own = Object.fromEntries(names.map((name, i) => [name, all[i] as Tensor]));
      const read = Object.fromEntries(Object.entries(own).map(([name, tensor]) => [name, floatsOf(tf, tensor)]));
      const inputs = { ...prepare(given, own[firstName]), ...read };
      const results = engine.runKernel(kernel, inputs, attributes as never) as Tensor[];
      const more = 1 + names.length;
      take(kept, results.slice(more), kept.includes("statistics") ? readCall(inputs, attributes).geometry : undefined);
      save(results.slice(1, more));
      return {
        value: results[0],
        gradFunc(dy: Tensor, saved: Tensor[]) {
          if ((engine.state as { gradientDepth?: number }).gradientDepth) {
            const rule = "the gradient must not be differentiated";
            refuse("unsupported", subject, rule, "a second derivative", "Take gradients one after another.");
          }
          return saved.map((gradient) => scaled(tf, gradient, dy)) as never;
        },
      };
    };
    return tf.customGrad(compute as never)(...sources);
  };

  /** Two tensors of one size could still be meant otherwise: [n] against [1, n]. */
  const checkShapes = (given: TfjsInputs): void => {
    for (const name of data) {
      if (!(given[name] as Tensor | undefined)?.shape)
        refuse("shape", subject, `${name} must be a tensor`, given[name], "Give it.");
    }
    const [first, second] = [given[firstName] as Tensor, given[secondName] as Tensor];
    const ids = family === "class" && second.size !== first.size;
    const shape = ids ? first.shape.slice(0, -1) : first.shape;
    const significant = (sizes: readonly number[]) => sizes.filter((n) => n !== 1).join();
    if (significant(second.shape) !== significant(shape)) {
      const remedy = `${firstName} have [${first.shape}].`;
      refuse("shape", subject, `${secondName} must have the shape [${shape}]`, second.shape, remedy);
    }
  };

  const asFunction = (yTrue: Tensor, yPred: Tensor): Tensor => call({ [firstName]: yPred, [secondName]: yTrue });
  const properties: Members = {
    with: call,
    get loss() {
      return problem.loss;
    },
    setLoss(next: Loss) {
      problem = withLoss(problem, next);
    },
    last,
    async ready() {
      if (problem.mask && problem.mask.estimator !== "moments") await loadSelection();
      const device = webgpuOf(tf.backend())?.device;
      if (device) await familyTraits.subgroupOf?.(device, problem);
    },
    dispose() {
      take([], []);
      for (const tensor of constants.values()) tensor.dispose();
      constants.clear();
    },
  };
  return Object.defineProperties(asFunction, Object.getOwnPropertyDescriptors(properties)) as TfjsLoss<Tensor>;
}

/** Numbers as float32, in memory too: on WebGPU a cast only changes the name, and the kernels of TensorFlow.js know what is meant. */
function floatsOf(tf: Tf, tensor: Tensor): Tensor {
  const floats = tensor.dtype === "float32" ? tensor : tf.cast(tensor, "float32");
  const backend = webgpuOf(tf.backend());
  return !backend || holdsFloats(backend, floats) ? floats : tf.mul(floats, 1);
}

/** A gradient times what comes from above: one number, or one per sample. */
function scaled(tf: Tf, gradient: Tensor, dy: Tensor): Tensor {
  if (dy.size === 1) {
    // `minimize` and `valueAndGrad` start with 1, which is still on the CPU.
    const one = webgpuOf(tf.backend())?.tensorMap.get(dy.dataId).values?.[0] === 1;
    return one ? tf.clone(gradient) : tf.mul(gradient, tf.reshape(dy, []));
  }
  const rows = tf.reshape(gradient, [dy.size, sizeOf(gradient) / dy.size]);
  return tf.reshape(tf.mul(rows, tf.reshape(dy, [dy.size, 1])), gradient.shape);
}
