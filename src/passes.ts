/** Which kernels run in which order, and what each of them is bound to. */
import type { Grid } from "./dispatch.js";
import type { Entry } from "./pipelines.js";
import type { Port } from "./ports.js";
import type { Problem } from "./problem.js";

/** One kernel of a plan. */
export interface Pass {
  readonly entry: Entry;
  readonly ports: ReadonlySet<Port>;
  /** Runs once for every chunk of rows, or once in all (on the first chunk's settings). */
  readonly perChunk: boolean;
  /** Workgroups for a chunk of so many slices. */
  readonly workgroups: (grid: Grid, slices: number) => number;
}

/** What a plan reads and writes, as ports. */
export interface Wanted {
  readonly problem: Problem;
  readonly rowSamples: boolean;
  readonly classes: number;
  readonly inputs: ReadonlySet<Port>;
  readonly outputs: ReadonlySet<Port>;
  /** The last pass multiplies the gradient by its scale. */
  readonly rescale: boolean;
}

const perSampleOutputs = ["losses", "mask", "z", "perSample"] as const satisfies readonly Port[];
const figures = ["loss", "summary", "statistics"] as const satisfies readonly Port[];

/** Ports of a kernel: what it must have, then as many of `extra` as the limit leaves room for. */
function fill(must: readonly Port[], extra: readonly Port[], limit: number): { ports: Set<Port>; left: Port[] } {
  const ports = new Set(must);
  const room = Math.max(0, limit - ports.size);
  for (const port of extra.slice(0, room)) ports.add(port);
  return { ports, left: extra.slice(room) };
}

const ofSlices = (grid: Grid, slices: number): number => grid.tiles * slices;

/**
 * The passes of the small regime (one dispatch) or the large one. Outputs that do not fit into a kernel's storage buffers
 * get a dispatch of their own: `score_main` for those per sample, `publish_main` for figures.
 */
export function passesFor(wanted: Wanted, small: boolean, limit: number): Pass[] {
  const { rowSamples, classes, inputs, outputs, problem } = wanted;
  const given = (...ports: Port[]): Port[] => ports.filter((port) => inputs.has(port));
  const asked = (ports: readonly Port[]): Port[] => ports.filter((port) => outputs.has(port));
  const masked = problem.mask !== undefined;
  const data: Port[] = ["first", "second", ...given("weights")];
  const scratch: Port[] = rowSamples ? ["scratch", "samples"] : ["scratch"];
  const upstream = given("upstream");
  const statistics = masked ? given("given") : [];
  const samples: Port[] = rowSamples ? [...given("weights"), ...scratch] : [...data, ...scratch];
  const scoring: Port[] = [...samples, ...upstream, ...(classes > 1 ? [] : statistics)];
  const gradient = asked(["gradient"]);
  const passes: Pass[] = [];

  const scoreLeft = (left: readonly Port[]): void => {
    // Every further scoring pass computes the same mask again; the gradient is no part of it.
    if (left.length === 0) return;
    const { ports, left: rest } = fill(scoring, left, limit);
    passes.push({ entry: "score_main", ports, perChunk: true, workgroups: ofSlices });
    scoreLeft(rest);
  };
  const publish = (left: readonly Port[]): void => {
    if (left.length === 0) return;
    const ports = new Set<Port>([...scratch, ...upstream, ...left]);
    const workgroups = (grid: Grid) => (ports.has("statistics") ? Math.min(256, grid.groups) : 1);
    passes.push({ entry: "publish_main", ports, perChunk: false, workgroups });
  };

  if (small) {
    const must = [...data, ...scratch, ...upstream, ...statistics, ...gradient];
    const extra = [...asked(["losses", "loss", "summary", "mask", "statistics", "z", "perSample"])];
    const { ports, left } = fill(must, extra, limit);
    passes.push({ entry: "small_main", ports, perChunk: false, workgroups: () => 1 });
    scoreLeft(left.filter((port) => (perSampleOutputs as readonly Port[]).includes(port)));
    publish(left.filter((port) => (figures as readonly Port[]).includes(port)));
    return passes;
  }

  if (rowSamples) {
    passes.push({
      entry: "rows_main",
      ports: new Set([...data, ...scratch]),
      perChunk: true,
      workgroups: (_, slices) => slices,
    });
  } else if (masked) {
    passes.push({ entry: "accumulate_main", ports: new Set(samples), perChunk: true, workgroups: ofSlices });
    if (classes > 1) {
      const ports = new Set<Port>(["scratch", ...statistics]);
      passes.push({
        entry: "finalize_main",
        ports,
        perChunk: false,
        workgroups: (grid) => Math.min(1024, grid.groups),
      });
    }
  }
  const scoreExtra = [...(rowSamples ? [] : gradient), ...asked(perSampleOutputs)];
  const { ports, left } = fill(scoring, scoreExtra, limit);
  passes.push({ entry: "score_main", ports, perChunk: true, workgroups: ofSlices });
  scoreLeft(left);
  const spreads = gradient.length > 0 && rowSamples;
  if (spreads || wanted.rescale) {
    const must = rowSamples ? [...data, ...upstream, ...scratch, ...gradient] : [...scratch, ...upstream, ...gradient];
    const last = fill(must, asked(figures), limit);
    passes.push({ entry: "last_main", ports: last.ports, perChunk: true, workgroups: ofSlices });
    publish(last.left);
  } else publish(asked(figures));
  return passes;
}
