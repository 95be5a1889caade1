/** The class family: rows of logits, with a label over their classes. */
import type { ArrayOf, Measured, Resolved } from "../elements.js";
import { oneOf, refuse } from "../errors.js";
import type { FamilyTraits, MoreResults } from "../families.js";
import type { BaseLoss } from "../loss.js";
import type { Port } from "../ports.js";
import {
  type CheckedInputs,
  type Geometry,
  type OptionalInputs,
  optionalAnd,
  type Problem,
  resolveGeometry,
  type Shape,
} from "../problem.js";
import { rowsStored } from "../rows/shaders.generated.js";
import {
  classesGeneral,
  classesKept,
  classesLanes,
  classesOnline,
  classesQuick,
  classesRow,
  classesSegments,
  classesWhole,
  familiesClass,
  groupsColumn,
  groupsLabels,
  groupsSeveral,
  samplesClasses,
  samplesMasked,
  samplesUnmasked,
  statisticsLoss,
} from "../shaders.generated.js";
import { subgroupOf } from "../subgroups.js";
import { bytesOf, halfPorts } from "./half.js";
import type { ClassLoss } from "./loss.js";
import { passes } from "./passes.js";
import { argmax, logSumExp, measureRow } from "./row.js";
import { codeOf, isDivisible, isQuick, numbersOf, waysOf } from "./wgsl.js";

/** True where labels are rows of probabilities, false where they are classes. */
const areRows = (labels: ArrayLike<number>, { rows, columns }: Geometry): boolean =>
  labels.length === rows * columns && rows > 0;

/** Label distribution of a row, and its class: the labelled or the most probable one. */
function labelOf(labels: ArrayLike<number>, row: number, geometry: Geometry): [q: Float64Array, label: number] {
  const { columns } = geometry;
  if (!areRows(labels, geometry)) {
    const q = new Float64Array(columns);
    q[labels[row]] = 1;
    return [q, labels[row]];
  }
  const q = Float64Array.from({ length: columns }, (_, k) => labels[row * columns + k]);
  return [q, argmax(q)];
}

function measure(
  { base, mask, ignoreIndex, nonFinite }: Problem,
  inputs: CheckedInputs,
  { slopes, losses, scored, members, broken }: Measured,
): MoreResults {
  const { first: logits, second: labels, geometry, outputs } = inputs;
  const { rows, columns } = geometry;
  const terms = (base as ClassLoss).terms(columns);
  const ids = !areRows(labels, geometry);
  const needsLogSum = mask?.statistic === "probability" || outputs.includes("logSumExp");
  const logSums = new Float64Array(rows);
  const predictedClass = new Int32Array(rows).fill(-1);
  let correct = 0;
  for (let i = 0; i < rows; i++) {
    if (ids && labels[i] === ignoreIndex) continue;
    members[i] = 1;
    const z = Float64Array.from({ length: columns }, (_, k) => logits[i * columns + k]);
    const [q, label] = labelOf(labels, i, geometry);
    if (!(z.every(Number.isFinite) && q.every(Number.isFinite) && Number.isFinite(inputs.weights?.[i] ?? 1))) {
      broken[i] = 1;
      logSums[i] = nonFinite === "omit" ? 0 : NaN;
      continue;
    }
    losses[i] = measureRow(terms, z, q, slopes.subarray(i * columns, (i + 1) * columns));
    predictedClass[i] = argmax(z);
    if (predictedClass[i] === label) correct += 1;
    if (needsLogSum) logSums[i] = logSumExp(z);
    scored[i] = losses[i];
    if (mask && mask.statistic !== "loss")
      scored[i] = mask.statistic === "logit" ? z[label] : Math.exp(z[label] - logSums[i]);
  }
  const more = { logSumExp: logSums, predictedClass, correct };
  return () => Object.fromEntries(Object.entries(more).filter(([name]) => outputs.includes(name)));
}

/** Refuses masks that need to know the labelled class. */
function refuseLabelMask({ mask, subject }: Problem): void {
  if (mask && (mask.statistic !== "loss" || mask.per === "class")) {
    const rule = `labels must be classes for statistic "${mask.statistic}", per "${mask.per}"`;
    refuse("shape", subject, rule, "rows of probabilities", `Use statistic "loss", per "batch".`);
  }
}

/** Labels are classes, or rows of probabilities: their number says which. */
function resolve(problem: Problem, array: ArrayOf, given: OptionalInputs & { readonly shape?: Shape }): Resolved {
  const { subject, ignoreIndex } = problem;
  const { length } = array("labels");
  const shape = given.shape ?? [length, array("logits").length / length];
  const geometry = resolveGeometry(problem, shape);
  const { rows, columns, elements } = geometry;
  const first = array("logits", elements);
  const second = array("labels", length === elements ? elements : rows);
  const weights = given.weights === undefined ? undefined : array("weights", rows, "Give one per sample.");
  const probabilities = areRows(second, geometry);
  if (probabilities) refuseLabelMask(problem);
  for (let i = 0; i < rows && !probabilities; i++) {
    const label = second[i];
    if (label !== ignoreIndex && !(Number.isInteger(label) && label >= 0 && label < columns)) {
      const rule = `label ${i} must be a class below ${columns} or ignoreIndex (${ignoreIndex})`;
      refuse("shape", subject, rule, label, "Mark what to leave out by ignoreIndex.");
    }
  }
  const resolved = { geometry, first, second, weights };
  if (given.classWeights === undefined) return resolved;
  const classWeights = array("classWeights", columns, "Give one per class.");
  const factorOf = (i: number): number => {
    if (!probabilities) return classWeights[second[i]] ?? 1;
    let factor = 0;
    for (let k = 0; k < columns; k++) factor += second[i * columns + k] * classWeights[k];
    return factor;
  };
  return { ...resolved, weights: Float64Array.from({ length: rows }, (_, i) => factorOf(i) * (weights?.[i] ?? 1)) };
}

function geometryOf(problem: Problem, shape: Shape): Geometry {
  const { mask, subject, options } = problem;
  const [rows, columns = 1] = shape;
  if (!(columns > 1)) {
    refuse("shape", subject, "shape must be [rows, classes] with at least 2 classes", shape, "Give it.");
  }
  const { labels, logits } = options;
  if (labels !== undefined) oneOf(labels, ["ids", "rows"], subject, "labels");
  if (logits !== undefined) oneOf(logits, ["f32", "f16"], subject, "logits");
  if (labels === "rows") refuseLabelMask(problem);
  const classes = mask?.per === "class" ? columns : 1;
  return { rows, columns, elements: rows * columns, samples: rows, width: columns, groupColumns: 1, classes };
}

/** What a z-mask scores, as WGSL; the float64 reference has it from {@link measure}. */
const scored = (wgsl: string) => ({
  wgsl: `fn scored_of_row(loss: f32, logit: f32, log_p: f32) -> f32 { return ${wgsl}; }`,
  uses: [],
  of: (x: number) => x,
});

/** Most quads of a row that a lane keeps; longer rows are read again in every sweep. */
const MOST_QUADS = 16;

/** Quads of a row that each of its lanes keeps, 0 for rows that are too long. */
function quadsKept(columns: number, lanes: number): number {
  const quads = Math.ceil(columns / 4 / lanes);
  // In powers of two, so that rows of similar lengths share a kernel.
  return quads <= MOST_QUADS ? Math.max(4, 2 ** Math.ceil(Math.log2(quads))) : 0;
}

/** The quick way is open (see shaders/classes/quick.wgsl) to labels that are classes, if the top class need not be named. */
const quickOpen = ({ base, mask, options }: Problem, ports: ReadonlySet<Port>, namesTop: boolean): boolean =>
  options.labels !== "rows" &&
  (namesTop || !(ports.has("predictedClass") || ports.has("correct"))) &&
  isQuick((base as ClassLoss).terms(2), mask?.statistic === "probability" || ports.has("logSumExp"));

/** Classes that a workgroup should at least have of a row that is shared. */
const SEGMENT = 8192;

/** psi(log p) of the classes of a row, summed over its label. */
export const classes: FamilyTraits<"class"> = {
  name: "class",
  data: ["logits", "labels"],
  optional: optionalAnd("classWeights"),
  planOptions: ["labels", "logits", "inPlace"],
  secondOf: ({ labels }) => (labels === "rows" ? "second" : "labels"),
  labelled: true,
  masking: { per: "batch", granularity: "sample" },
  groups: [groupsColumn, groupsSeveral, groupsLabels],
  statistics: { loss: scored("loss"), logit: scored("logit"), probability: scored("exp(log_p)") },
  geometryOf,
  extras: ["logSumExp", "predictedClass", "correct"],
  callOf: (labels, geometry, asked) => ({
    options: { labels: areRows(labels, geometry) ? "rows" : "ids" },
    read: (floats, words) => ({
      ...(asked("logSumExp") && { logSumExp: floats("logSumExp") }),
      ...(asked("predictedClass") && { predictedClass: Int32Array.from(words("predictedClass")) }),
      ...(asked("correct") && { correct: words("correct")[0] }),
    }),
  }),
  // Masked rows are measured twice anyway, and a gradient in place leaves no logits for the other workgroups of a row.
  segmentsOf(problem, { rows, columns }, { maxWorkgroups }, ports) {
    const open = !problem.mask && !problem.options.inPlace && quickOpen(problem, ports, false);
    const divisible = open && isDivisible((problem.base as ClassLoss).terms(2));
    return divisible ? Math.max(1, Math.floor(Math.min(columns / SEGMENT, maxWorkgroups / Math.max(1, rows)))) : 1;
  },
  subgroupOf(device, { subject, options }) {
    if (options.logits === "f16" && !device.features.has("shader-f16")) {
      const rule = "device must have the feature shader-f16 for f16 logits";
      refuse("unsupported", subject, rule, [...device.features], "Request it, or use f32.");
    }
    return subgroupOf(device);
  },
  bytesOf,
  ports: (spec) => (spec.problem.options.logits === "f16" ? halfPorts(spec) : {}),
  enable: ({ problem, subgroup }) =>
    `${problem.options.logits === "f16" ? "enable f16;\n" : ""}${subgroup > 1 ? "enable subgroups;\n" : ""}`,
  coincide({ options, subject }, one, other) {
    if (!options.inPlace || one.port !== "gradient" || other.port !== "first") return false;
    if (one.buffer === other.buffer && one.offset === other.offset) return true;
    refuse("buffer", subject, "inPlace: gradient must be the buffer of the logits", one.offset, "Give it twice.");
  },
  passes,
  resolve,
  measure,
  waysOf: ({ base }) => waysOf((base as ClassLoss).terms(2)),
  numbers: (base, columns) => numbersOf((base as ClassLoss).terms(columns), columns),
  code: (base: BaseLoss) => [familiesClass, statisticsLoss, ...codeOf((base as ClassLoss).terms(2))],
  samples({ problem, geometry, ports, view, rowLanes, segments, subgroup, way }) {
    const { mask } = problem;
    const needsLogSum = mask?.statistic === "probability" || ports.has("logSumExp");
    const quads = segments > 1 ? 0 : quadsKept(geometry.columns, rowLanes);
    const longRows = [classesOnline, segments > 1 ? classesSegments : classesWhole];
    const gradient = ports.has("gradient");
    const half = problem.options.logits === "f16";
    const quick = quickOpen(problem, ports, quads > 0);
    // Kernels that look at no row, or not the quick way, are the same whatever the way.
    const measures = quick && (ports.has("first") || (gradient && ports.has("labels")));
    return [
      `const SOFT = ${problem.options.labels === "rows"};
const VECTOR = ${view === "element"};
const NEEDS_LOG_SUM = ${needsLogSum};
const ROW_LANES = ${rowLanes}u;
const SUBGROUP = ${subgroup}u;
fn exchange_in_subgroup(value: vec4u, span: u32) -> vec4u { return ${subgroup > 1 ? "subgroupShuffleXor(value, span)" : "value"}; }
const SEGMENTS = ${segments}u;
const ROW_QUADS = ${quads}u;
const WAY = ${measures ? way : "ANY"};`,
      classesLanes,
      ...(quick ? [classesQuick, ...(quads > 0 ? [classesKept] : longRows)] : [classesGeneral]),
      `fn write_gradient_word(at: u32, bits: u32) { ${!gradient ? "" : `port_gradient${view === "element" ? "[at >> 2u][at & 3u]" : "[at]"} = ${half ? "f16(bitcast<f32>(bits))" : "bits"};`} }`,
      classesRow,
      samplesClasses,
      rowsStored,
      mask ? samplesMasked : samplesUnmasked,
    ];
  },
};
