/** One call on the GPU: typed arrays in, typed arrays out. Plans are kept per device for the next call. */
import type { Family } from "./families.js";
import { withPlan } from "./kept.js";
import { refuseLost } from "./pipelines.js";
import { createPlan, type PlanInput, type PlanOutput } from "./plan.js";
import {
  checkInputs,
  emptyGroups,
  type Inputs,
  type Options,
  type Result,
  type ResultName,
  resolveProblem,
  thresholdWarnings,
} from "./problem.js";
import { optionalSources, transfer } from "./transfer.js";
import type { Loss } from "./zMasked.js";

/** Outputs that are results, where they are asked for. */
type Asked = PlanOutput & ResultName;

/**
 * Computes a loss, its gradient and its diagnostics on the GPU.
 *
 * The first call for a loss and a shape compiles; later ones reuse the plan. For a training loop that keeps its data on
 * the GPU use `createPlan`, which copies nothing.
 *
 * @param device a GPUDevice; there is no silent fallback to the CPU: `device ? run(...) : evaluate(...)`.
 * @param inputs as for `evaluate`; numbers are rounded to float32.
 * @returns the same object as `evaluate`, with Float32Array for Float64Array.
 * @throws (rejects) LossError `shape` and `parameter` as `evaluate`, `unsupported` for data beyond the device's buffers, `device` when
 *   a kernel does not compile or the device is lost.
 */
export async function run<F extends Family>(
  device: GPUDevice,
  loss: Loss<F>,
  inputs: Inputs<F>,
  options: Options = {},
): Promise<Result<Float32Array>> {
  const problem = resolveProblem(loss as Loss, options, false);
  const { subject, mask, reduction, nonFinite, ignoreIndex, familyTraits } = problem;
  refuseLost(device, subject);
  const checked = checkInputs(problem, inputs as Inputs, options);
  const { second, given, geometry } = checked;
  const [firstName, secondName] = familyTraits.data;
  const sources: Record<string, ArrayLike<number>> = {
    [firstName]: checked.first,
    [secondName]: second,
    ...checked.more,
    ...optionalSources(checked, reduction === "none" ? geometry.samples : 1),
  };
  const asked = (name: ResultName): boolean => checked.outputs.includes(name);
  const onRequest = (
    ["gradient", "perSample", ...familyTraits.extras, ...(mask ? ["mask", "z"] : [])] as Asked[]
  ).filter(asked);
  // The warnings need the statistics, whoever asks for them.
  const outputs: PlanOutput[] = ["summary", "loss", ...(mask ? (["statistics"] as const) : []), ...onRequest];
  const call = familyTraits.callOf?.(second, geometry, asked);
  const inputNames = Object.keys(sources).slice(familyTraits.data.length) as PlanInput[];
  const shape = [geometry.rows, geometry.columns] as const;
  const planOptions = { shape, outputs, inputs: inputNames, reduction, nonFinite, ignoreIndex, ...call?.options };
  const create = () => createPlan(device, problem.loss, planOptions);
  const ids = call?.options.labels === "ids" && secondName;
  const place = await withPlan(device, problem, planOptions, create, (plan) =>
    transfer(device, subject, plan, sources, ids, outputs, (encoder, buffers) => {
      plan.setLoss(loss as Loss);
      plan.encode(encoder, buffers);
    }),
  );
  const floats = (name: PlanOutput) => new Float32Array(...place(name));
  const words = (name: PlanOutput) => new Uint32Array(...place(name));
  const statistics =
    mask &&
    emptyGroups(geometry).map((group, g) => {
      const [mean, standardDeviation] = floats("statistics").subarray(4 * g);
      const [n, inliers] = words("statistics").subarray(4 * g + 2);
      return { ...group, mean, standardDeviation, n, inliers };
    });
  return {
    loss: reduction === "none" ? floats("loss") : floats("loss")[0],
    count: words("summary")[3],
    weightSum: floats("summary")[1],
    ...Object.fromEntries(
      onRequest.map((name) => [name, name === "mask" ? Uint8Array.from(words(name)) : floats(name)]),
    ),
    ...call?.read(floats, words),
    ...(statistics && asked("statistics") && { statistics }),
    warnings: statistics && !given ? thresholdWarnings(problem, statistics) : [],
  };
}
