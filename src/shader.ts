/** Puts a module together: constants, library, the loss, ports, samples, groups and kernels, by plain concatenation. */
import type { Estimator } from "./estimator.js";
import { type Port, portsWgsl, type View } from "./ports.js";
import type { Geometry, Problem } from "./problem.js";
import {
  groupsBatch,
  groupsColumn,
  kernelsAccumulate,
  kernelsConclude,
  kernelsMoments,
  kernelsPasses,
  kernelsScore,
  kernelsStatistics,
  libBits,
  libMoments,
  libQuad,
  libReduce,
  libSettings,
} from "./shaders.generated.js";

/** The passes of shaders/kernels/passes.wgsl. */
export type Entry =
  | "accumulate"
  | "accumulate_weights"
  | "accumulate_segments"
  | "accumulate_labels"
  | "finalize"
  | "score"
  | "score_rows"
  | "score_slopes"
  | "score_direct"
  | "score_again"
  | "score_labels"
  | "score_masked"
  | "accumulate_keys"
  | "accumulate_guess"
  | "accumulate_counts"
  | "accumulate_rests"
  | "finalize_digit"
  | "finalize_found"
  | "last"
  | "small"
  | "small_rows"
  | "small_direct"
  | "small_labels"
  | "small_masked"
  | `${"small" | "small_labels" | "small_masked"}_selected`;

/** What a module is specialised for; everything else is a uniform. */
export interface ModuleSpec {
  readonly problem: Problem;
  readonly geometry: Geometry;
  /** The gradient lacks its scale. */
  readonly unscaled: boolean;
  /** See `Wanted`. */
  readonly residuals: boolean;
  readonly workgroupSize: number;
  readonly ports: ReadonlySet<Port>;
  readonly view: View;
  readonly rowLanes: number;
  readonly segments: number;
  /** Lanes of a block that exchanges values without shared memory; 1 for none. */
  readonly subgroup: number;
  /** One of the family's ways to serve parameter values. */
  readonly way: string | undefined;
  /** WGSL of samples, where the family has none of its own. */
  readonly samples: readonly string[];
  /** Of statistics other than mean and standard deviation. */
  readonly estimator: Estimator | undefined;
}

/** vec4s that hold the parameters of a loss; at least one, for WGSL has no empty arrays. */
export function parameterVectors({ base, familyTraits }: Problem): number {
  return Math.max(1, Math.ceil(familyTraits.numbers(base, 2).length / 4));
}

/** The whole WGSL of one kernel. */
export function composeModule(spec: ModuleSpec, entry: Entry): string {
  const { problem, geometry, ports } = spec;
  const { base, mask, reduction, nonFinite } = problem;
  const { familyTraits, traits } = base.definition;
  const statistic = familyTraits.statistics[mask?.statistic ?? "loss"]!;
  return [
    `${familyTraits.enable?.(spec) ?? ""}const WORKGROUP_SIZE=${spec.workgroupSize}u;
const PARAMETERS=${parameterVectors(problem)}u;
const BOUNDED=${traits.boundedSlope};
const MASKED=${mask !== undefined};
const MEAN=${reduction === "mean"};
const NONE=${reduction === "none"};
const OMITS=${nonFinite === "omit"};
const UNSCALED=${spec.unscaled};
const SMALL=${entry.startsWith("small")};
const RESIDUALS=${spec.residuals}&&!SMALL;`,
    libSettings,
    libBits,
    libReduce,
    libMoments,
    libQuad,
    ...new Set([...familyTraits.code(base), ...statistic.uses]),
    statistic.wgsl,
    portsWgsl(ports, spec.view, familyTraits.ports?.(spec)),
    ...(familyTraits.samples?.(spec) ?? spec.samples),
    ...((geometry.classes > 1 && familyTraits.groups) || [groupsColumn, spec.estimator?.batch(problem) ?? groupsBatch]),
    kernelsStatistics,
    ...(spec.estimator?.code(spec, entry) ?? [kernelsMoments]),
    kernelsAccumulate,
    kernelsScore,
    kernelsConclude,
    kernelsPasses,
    `@compute@workgroup_size(WORKGROUP_SIZE)fn ${entry}_main(@builtin(workgroup_id)id:vec3u,@builtin(num_workgroups)grid:vec3u,@builtin(local_invocation_index)lane:u32){
let i=id.x+id.y*grid.x;
let n=select(grid.x,in_chunk(),grid.y>1u);
if(i<n){pass_${entry}(i,n,lane);}
}`,
  ].join("\n");
}
