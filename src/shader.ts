/** Puts a module together: constants, library, samples, the loss, ports and kernels, by plain concatenation. */

import { type Port, portsWgsl, type View } from "./ports.js";
import type { Problem } from "./problem.js";
import {
  kernelsAccumulate,
  kernelsConclude,
  kernelsElements,
  kernelsFinalize,
  kernelsQuick,
  kernelsRows,
  kernelsScore,
  libMoments,
  libNumerics,
  libReduce,
  libSettings,
  samplesElement,
  samplesQuad,
  samplesRow,
} from "./shaders.generated.js";

/** What a module is specialised for; everything else is a uniform. */
export interface ModuleSpec {
  readonly problem: Problem;
  /** Samples are rows of several elements. */
  readonly rowSamples: boolean;
  readonly classes: number;
  readonly countsInliers: boolean;
  readonly workgroupSize: number;
  readonly ports: ReadonlySet<Port>;
  readonly view: View;
}

/** vec4s that hold the parameters of a loss; at least one, for WGSL has no empty arrays. */
export function parameterVectors({ base }: Problem): number {
  return Math.max(1, Math.ceil(Object.keys(base.parameters).length / 4));
}

/** The function that kernels call, whatever the loss is: binds parameters to their uniforms. */
function baseLoss({ base }: Problem): string {
  const { arguments: inputs } = base.definition.familyTraits;
  const parameters = Object.keys(base.parameters).map((_, i) => `parameter(${i}u)`);
  return `fn base_loss(${inputs.map((name) => `${name}: f32`).join(", ")}) -> vec2f { return ${base.name}(${[...inputs, ...parameters].join(", ")}); }\n`;
}

/** The whole WGSL of one kernel. */
export function composeModule(spec: ModuleSpec): string {
  const { problem, rowSamples, ports } = spec;
  const { base, mask } = problem;
  const { familyTraits } = base.definition;
  const constants = [
    `const WORKGROUP_SIZE = ${spec.workgroupSize}u;`,
    `const PARAMETER_VECTORS = ${parameterVectors(problem)}u;`,
    `const CLASSES = ${spec.classes}u;`,
    `const MASKED = ${mask !== undefined};`,
    `const WEIGHTED = ${ports.has("weights")};`,
    `const AVERAGED = ${problem.reduction === "mean"};`,
    `const WRITES_GRADIENT = ${ports.has("gradient")};`,
    `const COUNTS_INLIERS = ${spec.countsInliers};`,
  ].join("\n");
  return [
    constants,
    libSettings,
    libNumerics,
    libMoments,
    libReduce,
    samplesQuad,
    familyTraits.wgsl,
    familyTraits.statistics[mask?.statistic ?? "loss"]!.wgsl,
    rowSamples ? samplesRow : samplesElement,
    base.definition.wgsl,
    baseLoss(problem),
    portsWgsl(ports, spec.view, problem.reduction === "none"),
    kernelsQuick,
    kernelsAccumulate,
    kernelsFinalize,
    kernelsScore,
    kernelsConclude,
    rowSamples ? kernelsRows : kernelsElements,
  ].join("\n");
}
