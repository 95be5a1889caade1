/** What the loss kernel returns, from `evaluate`: for backends without WebGPU. */
import { evaluate } from "../evaluate.js";
import { emptyGroups, type Inputs, type Result, type ResultName } from "../problem.js";
import type { GroupStatistics } from "../statistics.js";
import type { Call, KernelOutput } from "./call.js";

/** The bits of whole numbers, as those of floats: kernels write both into one buffer. */
function bitsOf(...words: number[]): Float32Array {
  return new Float32Array(Uint32Array.from(words).buffer);
}

/** Groups as the kernels read them: four words each. */
export function wordsOf(groups: readonly Pick<GroupStatistics, "mean" | "standardDeviation">[]): number[] {
  return groups.flatMap(({ mean, standardDeviation }) => [mean, standardDeviation, 0, 0]);
}

/** Outputs by name, for the numbers of the inputs. */
export function resultsOf(
  { problem, geometry, shape, outputs }: Call,
  values: Readonly<Record<string, ArrayLike<number>>>,
): (name: KernelOutput) => ArrayLike<number> {
  const { loss, reduction, ignoreIndex, nonFinite } = problem;
  const { givenStatistics, ...inputs } = values;
  const groups = emptyGroups(geometry);
  const given = givenStatistics && {
    givenStatistics: groups.map((group, g) => ({
      ...group,
      mean: givenStatistics[4 * g],
      standardDeviation: givenStatistics[4 * g + 1],
    })),
  };
  const compute = (names: ResultName[], broken = nonFinite): Result<Float64Array> =>
    evaluate(loss, { ...inputs, ...given } as unknown as Inputs, {
      ...{ shape, reduction, ignoreIndex },
      nonFinite: broken,
      outputs: names,
    });
  const names = outputs.map(({ name }) => name).filter((name): name is ResultName => name !== "summary");
  const result = compute([...names, "perSample"]);
  const summary = (): Float32Array => {
    const { loss, count, weightSum } = result;
    const [upstream = 1] = Array.from(inputs.upstream ?? []);
    const share = reduction !== "mean" ? 1 : weightSum === 0 ? 0 : 1 / weightSum;
    // Under "omit" they leave no trace.
    const { perSample = [] } = nonFinite === "omit" ? compute(["perSample"], "propagate") : result;
    const nonFiniteCount = Array.from(perSample).filter(Number.isNaN).length;
    const spoiled = nonFiniteCount > 0 && nonFinite !== "omit";
    const scale =
      spoiled && (problem.mask || reduction === "mean") ? NaN : share * (reduction === "none" ? 1 : upstream);
    const total = typeof loss === "number" ? loss : loss.reduce((sum, one) => sum + one, 0);
    return Float32Array.of(total, weightSum, scale, ...bitsOf(count, 0, nonFiniteCount));
  };
  const statistics = (): Float32Array[] =>
    result.statistics!.map(({ mean, standardDeviation, n, inliers }) =>
      Float32Array.of(mean, standardDeviation, ...bitsOf(n, inliers)),
    );
  return (name) => {
    if (name === "summary") return summary();
    if (name === "statistics") return statistics().flatMap((words) => Array.from(words));
    const value = result[name as ResultName]!;
    return typeof value === "number" ? [value] : (value as ArrayLike<number>);
  };
}
