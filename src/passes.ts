/** Which kernels run in which order, and what each of them is bound to. */
import type { Grid } from "./dispatch.js";
import type { Port } from "./ports.js";
import type { Geometry, Problem } from "./problem.js";
import type { Entry } from "./shader.js";
import type { Tuning } from "./tuning.js";

/** One kernel of a plan. */
export interface Pass {
  readonly entry: Entry;
  readonly ports: ReadonlySet<Port>;
}

/** What a plan reads and writes. */
export interface Wanted extends Tuning {
  readonly geometry: Geometry;
  /** Workgroups that share a row. */
  readonly segments: number;
  /** Inputs and outputs. */
  readonly ports: ReadonlySet<Port>;
  /** The last pass multiplies the gradient by its scale. */
  readonly rescale: boolean;
  /** The first pass leaves residuals where the gradient will be, so that those after it read four bytes of an element instead of eight, and write none before the scale is known. */
  readonly residuals: boolean;
}

/** Passes over the data run once for every chunk of rows, with a workgroup for every tile and slice; the others once in all. */
export const isPerChunk = (entry: Entry, ports: ReadonlySet<Port>): boolean =>
  /accumulate|score/.test(entry) || (entry === "last" && ports.has("gradient"));

/** Workgroups of a pass over a chunk of so many slices. */
export function workgroupsOf({ entry, ports }: Pass, grid: Grid, slices: number): number {
  if (isPerChunk(entry, ports)) return grid.tiles * slices;
  const shared = /finalize/.test(entry) || (entry === "last" && ports.has("statistics"));
  return shared ? Math.min(512, grid.groups || 1) : 1;
}

/**
 * The passes of the small regime (one dispatch) or the large one. What does not fit into one kernel's `limit` storage buffers takes
 * those of the large regime; there, outputs that do not fit get a dispatch of their own: a score pass for those per sample, a last
 * pass for figures.
 */
export function passesFor({ mask }: Problem, wanted: Wanted, small: boolean, limit: number): Pass[] {
  const { geometry, ports, rescale, residuals } = wanted;
  const { classes, width } = geometry;
  const rowSamples = width > 1;
  const { passes, present, add } = passBuilder(ports, limit);
  const data = present("first", "second", "weights", "classWeights");
  const scratch: Port[] = rowSamples ? ["scratch", "samples"] : ["scratch"];
  const upstream = present("upstream", "upstreams");
  const given = present("givenStatistics");
  const gradient = present("gradient");
  const figures = present("loss", "summary", "statistics");
  const perSample = present("losses", "mask", "z", "perSample");
  const held = residuals ? gradient : [];
  // Once samples have been looked at, their losses or residuals are read instead.
  const seen = rowSamples || residuals;
  const scoring = [
    ...(seen ? [...present("weights"), ...held] : data),
    ...scratch,
    ...upstream,
    ...(classes > 1 ? [] : given),
  ];

  if (small && ports.size + scratch.length <= limit) {
    add("small", [...ports, ...scratch]);
    return passes;
  }
  if (mask) add("accumulate", [...data, ...scratch, ...held]);
  if (mask && classes > 1) add("finalize", ["scratch", ...given]);
  // Every further scoring pass computes the same mask again; the gradient is no part of it.
  let more = [...(seen ? [] : gradient), ...perSample];
  do more = add("score", scoring, more);
  while (more.length > 0);
  const spreads = gradient.length > 0 && (rowSamples || rescale);
  const last = residuals ? scoring : [...(rowSamples ? data : []), ...upstream, ...scratch, ...gradient];
  const left = spreads ? add("last", last, figures) : figures;
  if (left.length > 0) add("last", [...scratch, ...upstream], left);
  return passes;
}

/** Collects passes: what of some ports is `present`, and how to `add` a pass that has all of `must` and what the limit leaves room for of `more`; the rest of these comes back. */
export function passBuilder(ports: ReadonlySet<Port>, limit: number) {
  const passes: Pass[] = [];
  return {
    passes,
    present: (...wanted: Port[]): Port[] => wanted.filter((port) => ports.has(port)),
    add(entry: Entry, must: Port[], more: Port[] = []): Port[] {
      const room = Math.max(0, limit - must.length);
      passes.push({ entry, ports: new Set([...must, ...more.slice(0, room)]) });
      return more.slice(room);
    },
  };
}
