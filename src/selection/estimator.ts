/** Statistics that are selected, not summed: medians and median deviations, and cutoffs; found exactly, by radix selection. */
import type { Estimator } from "../estimator.js";
import type { Pass } from "../passes.js";
import type { Port } from "../ports.js";
import type { Geometry, Problem } from "../problem.js";
import type { Entry } from "../shader.js";
import {
  selectionBatch,
  selectionChoose,
  selectionClasses,
  selectionConclude,
  selectionCount,
  selectionFirst,
  selectionGuess,
  selectionKeys,
  selectionLabels,
  selectionList,
  selectionMedianAim,
  selectionMedianAround,
  selectionMedianEnds,
  selectionMedianFound,
  selectionMedianRests,
  selectionMedianScore,
  selectionSearch,
  selectionSmall,
  selectionState,
  selectionTrimmedAim,
  selectionTrimmedBatch,
  selectionTrimmedEnds,
  selectionTrimmedFound,
} from "./shaders.generated.js";

const groupsOf = ({ groupColumns, classes }: Geometry): number => groupColumns * classes;

/** Bits of a digit: more where there are many samples, and the bins of all groups are few enough. */
const bitsOf = (geometry: Geometry, small: boolean): number => (small || groupsOf(geometry) > 8 ? 8 : 11);

/** Software adapters gain from a list of the keys that are left, and so from a guess of which will be. */
const lists = (geometry: Geometry, workgroupSize: number, small: boolean): boolean =>
  groupsOf(geometry) === 1 && !small && workgroupSize <= 16;

const trims = ({ mask }: Problem): boolean => mask?.estimator === "trimmed";

/**
 * The passes that look at the data, each for another digit of one of two searches, and those between them. With lists a search begins
 * with a guess, and has one more look in case that it is wrong: once, for after a wrong one there is no other.
 */
function selection(
  { first, again, given }: Record<"first" | "again" | "given", Port[]>,
  digits: number,
  trims: boolean,
  lists: boolean,
): Pass[] {
  const pass = (entry: Entry, ports: Port[]): Pass => ({ entry, ports: new Set(ports) });
  const keys = pass("accumulate_keys", first);
  const guess = pass("accumulate_guess", again);
  const count = pass("accumulate_counts", again);
  const digit = pass("finalize_digit", ["bins"]);
  const more = (looks: number) => Array.from({ length: looks }, () => [count, digit]).flat();
  return [
    keys,
    ...(lists ? [guess, count, digit] : [digit]),
    ...more(digits - 1),
    ...(lists && !trims ? [guess] : []),
    ...more(lists ? digits + 1 : digits),
    ...(trims ? [] : [pass("accumulate_rests", again)]),
    pass("finalize_found", ["bins", "scratch", ...given]),
  ];
}

export const passes: Estimator["passes"] = (problem, { geometry, ports, workgroupSize }, small, limit, passesOf) => {
  if (small) {
    const [{ entry, ports }] = passesOf(true, limit);
    const all = new Set<Port>([...ports, "keys", "bins"]);
    if (entry.startsWith("small") && all.size <= limit) return [{ entry: `${entry}_selected` as Entry, ports: all }];
  }
  // Who stays below a cutoff is for the keys to say.
  const kept: Port[] = trims(problem) ? ["keys"] : [];
  const [moments, ...rest] = passesOf(false, limit - kept.length).filter(({ entry }) => entry !== "finalize");
  // What a first look writes beside the keys gets a dispatch of its own where there is no room for it.
  const isExtra = (port: Port): boolean => port === "logSumExp" || port === "predictedClass";
  const extra = [...moments.ports].filter(isExtra);
  const must = [...moments.ports].filter((port) => port !== "scratch" && !isExtra(port));
  const room = limit - must.length - 2;
  const left = extra.slice(room);
  const again: Port[] = geometry.classes === 1 ? [] : moments.ports.has("samples") ? ["samples"] : ["second"];
  const given: Port[] = ports.has("givenStatistics") ? ["givenStatistics"] : [];
  return [
    ...selection(
      { first: [...must, ...extra.slice(0, room), "keys", "bins"], again: ["keys", "bins", ...again], given },
      Math.ceil(32 / bitsOf(geometry, false)),
      trims(problem),
      lists(geometry, workgroupSize, false),
    ),
    ...(left.length > 0 ? [{ ...moments, ports: new Set<Port>([...must, "scratch", ...left]) }] : []),
    ...rest.map((pass) =>
      pass.entry.startsWith("score") ? { ...pass, ports: new Set([...pass.ports, ...kept]) } : pass,
    ),
  ];
};

export const code: Estimator["code"] = ({ geometry, problem, workgroupSize }, entry) => {
  const groups =
    geometry.classes === 1 ? selectionBatch : problem.familyTraits.samples ? selectionLabels : selectionClasses;
  const [, small] = /^(small.*)_selected$/.exec(entry) ?? [];
  return [
    `const BITS = ${bitsOf(geometry, small !== undefined)}u;
const GROUPS = ${groupsOf(geometry)}u;
const LISTS = ${lists(geometry, workgroupSize, small !== undefined)};
${small ? `fn pass_${entry}(workgroup: u32, workgroups: u32, lane: u32) { select_small(lane); finish_${small}(lane); }` : ""}`,
    selectionKeys,
    selectionState,
    groups,
    selectionSearch,
    selectionFirst,
    selectionList,
    selectionGuess,
    selectionCount,
    selectionChoose,
    selectionConclude,
    selectionSmall,
    ...(trims(problem)
      ? [selectionTrimmedAim, selectionTrimmedEnds, selectionTrimmedFound]
      : [
          selectionMedianAim,
          selectionMedianAround,
          selectionMedianEnds,
          selectionMedianRests,
          selectionMedianFound,
          selectionMedianScore,
        ]),
  ];
};

export const batch: Estimator["batch"] = (problem) => (trims(problem) ? selectionTrimmedBatch : undefined);

/** Words and bins of 11 or 8 bits of every group (see shaders/selection/state.wgsl); behind those of a single group a list of its keys, unless there are very many. */
export const binsSize: Estimator["binsSize"] = (groups, grid) =>
  1e4 * Math.min(8, groups) +
  1112 * groups +
  (grid && groups === 1 && grid.samples <= 2 ** 22 ? 4 * grid.slices * grid.sliceRows : 0);
