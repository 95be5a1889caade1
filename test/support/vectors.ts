// Reads the test vectors (format "robust-loss-vectors/1", float64 PyTorch autograd) into this library's names.
import type { LossSpec } from "../../src/index.js";
import { expectClose, expectEqual, float64, type Tolerance } from "./compare.js";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
interface JsonArray {
  shape: number[];
  data: Json[];
}
interface JsonCase {
  id: string;
  loss: string;
  params: Record<string, Json>;
  input?: string;
  inputs?: Record<string, JsonArray>;
  reduction?: "mean" | "sum" | "none";
  ignoreIndex?: number;
  expected: Record<string, Json | JsonArray>;
  tol?: Record<string, Tolerance>;
}
export interface VectorFile {
  inputs?: Record<string, Record<string, JsonArray>>;
  cases: JsonCase[];
}

export interface VectorCase {
  id: string;
  spec: LossSpec;
  inputs: Record<string, Float64Array>;
  options: Record<string, unknown>;
  expected: Record<string, number | Float64Array>;
  statistics?: number[][][];
  tolerances: Record<string, Tolerance>;
}

const names: Record<string, string> = {
  pred: "predictions",
  target: "targets",
  gradPred: "gradient",
  gradLogits: "gradient",
  k: "slopes",
  gradK: "slopeGradient",
};

function numbers(value: unknown): Float64Array {
  const data = Array.isArray(value) ? value : (value as JsonArray).data;
  return Float64Array.from(data as Json[], Number);
}

/** Losses that this library leaves out on purpose. */
const optional = new Set(["gjs"]);

/** The cases of a file, but for those of optional losses. */
export function readVectors(file: unknown): VectorCase[] {
  const { inputs: shared = {}, cases } = file as VectorFile;
  return cases
    .filter(({ loss }) => !optional.has(loss))
    .map(({ id, loss, params, input, inputs = shared[input!], reduction, ignoreIndex, expected, tol }) => {
      const { nanPolicy, applyMask, reduction: reduced = reduction, ...rest } = params;
      const data = Object.fromEntries(
        Object.entries(inputs).map(([name, values]) => [names[name] ?? name, numbers(values)]),
      );
      const { stats, mu, sigma, factor, ...fields } = expected;
      const read = Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [
          names[name] ?? name,
          typeof value === "object" ? numbers(value) : Number(value),
        ]),
      );
      return {
        id,
        spec: { loss, params: rest },
        inputs: applyMask === undefined ? data : { ...data, applyMask: numbers(applyMask) },
        options: {
          shape: (inputs.pred ?? inputs.logits)!.shape,
          ...(reduced && { reduction: reduced }),
          ...(ignoreIndex !== undefined && { ignoreIndex }),
          ...(nanPolicy !== undefined && { nonFinite: nanPolicy }),
        },
        expected: read,
        ...(stats !== undefined && { statistics: stats as number[][][] }),
        ...(mu !== undefined && { statistics: [[[Number(mu), Number(sigma)]]] }),
        tolerances: Object.fromEntries(Object.entries(tol ?? {}).map(([name, value]) => [names[name] ?? name, value])),
      };
    });
}

/** The first case of every loss, or of every loss and set of options, whatever the numbers in them. */
export function firstOfEach(cases: readonly VectorCase[], what: "loss" | "options"): VectorCase[] {
  const structureOf = ({ spec, options: { shape: _, ...options } }: VectorCase) =>
    JSON.stringify(what === "loss" ? spec : [spec, options]).replace(/-?\d+(\.\d+)?(e-?\d+)?/g, "0");
  const first = new Map<string, VectorCase>();
  for (const one of [...cases].reverse()) first.set(structureOf(one), one);
  return cases.filter((one) => first.get(structureOf(one)) === one);
}

/** Throws where a result differs from a case: by float64's tolerance, or by the case's own. */
export function checkCase(result: object, vector: VectorCase, precision: "float64" | "float32"): void {
  const got = result as Record<string, number | ArrayLike<number>>;
  const tolerance = (name: string): Tolerance =>
    precision === "float64" ? float64 : (vector.tolerances[name] ?? { rtol: 1e-4, atol: 2e-6 });
  for (const [name, expected] of Object.entries(vector.expected)) {
    const what = `${vector.id} ${name}`;
    if (name === "mask" || name === "count") {
      const value = got[name];
      expectEqual(
        typeof value === "number" ? [value] : value,
        typeof expected === "number" ? [expected] : expected,
        what,
      );
    } else expectClose(got[name], expected, tolerance(name), what);
  }
  const groups = (result as { statistics?: { mean: number; standardDeviation: number; n: number; inliers: number }[] })
    .statistics;
  for (const [i, expected] of (vector.statistics ?? []).flat().entries()) {
    const group = groups![i];
    const [mean, sd, n, inliers] = expected as [number, number, number?, number?];
    expectClose(group.mean, mean, tolerance("mu"), `${vector.id} mean of group ${i}`);
    expectClose(group.standardDeviation, sd, tolerance("sigma"), `${vector.id} standard deviation of group ${i}`);
    if (n !== undefined && inliers !== undefined)
      expectEqual([group.n, group.inliers], [n, inliers], `${vector.id} counts of group ${i}`);
  }
}
