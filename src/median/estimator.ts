/** Median and median deviation in place of mean and standard deviation: found exactly, by radix selection. */
import type { Estimator } from "../estimator.js";
import type { Pass } from "../passes.js";
import type { Port } from "../ports.js";
import type { Geometry } from "../problem.js";
import type { Entry } from "../shader.js";
import {
  medianBatch,
  medianChoose,
  medianClasses,
  medianConclude,
  medianCount,
  medianFirst,
  medianKeys,
  medianLabels,
  medianList,
  medianRests,
  medianScore,
  medianSearch,
  medianState,
} from "./shaders.generated.js";

const groupsOf = ({ groupColumns, classes }: Geometry): number => groupColumns * classes;

/** Bits of a digit: more where there are many samples, and the bins of all groups are few enough. */
const bitsOf = (geometry: Geometry, small: boolean): number => (small || groupsOf(geometry) > 8 ? 8 : 11);

/** The passes that look at the data, each for another digit, and those between them. */
function selection(first: Port[], again: Port[], given: Port[], digits: number): Pass[] {
  const pass = (entry: Entry, ports: Port[]): Pass => ({ entry, ports: new Set(ports) });
  const looks = Array.from({ length: 2 * digits }, (_, i) => [
    i === 0 ? pass("accumulate_keys", first) : pass("accumulate_counts", again),
    pass("finalize_digit", ["bins"]),
  ]);
  return [...looks.flat(), pass("accumulate_rests", again), pass("finalize_median", ["bins", "scratch", ...given])];
}

export const passes: Estimator["passes"] = ({ geometry, ports }, small, limit, passesOf) => {
  if (small) {
    const [{ entry, ports }] = passesOf(true);
    const all = new Set<Port>([...ports, "keys", "bins"]);
    if (entry.startsWith("small") && all.size <= limit) return [{ entry: `${entry}_median` as Entry, ports: all }];
  }
  const [moments, ...rest] = passesOf(false).filter(({ entry }) => entry !== "finalize");
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
      [...must, ...extra.slice(0, room), "keys", "bins"],
      ["keys", "bins", ...again],
      given,
      Math.ceil(32 / bitsOf(geometry, false)),
    ),
    ...(left.length > 0 ? [{ ...moments, ports: new Set<Port>([...must, "scratch", ...left]) }] : []),
    ...rest,
  ];
};

export const code: Estimator["code"] = ({ geometry, problem }, entry) => {
  const groups = geometry.classes === 1 ? medianBatch : problem.familyTraits.samples ? medianLabels : medianClasses;
  const [, small] = /^(small.*)_median$/.exec(entry) ?? [];
  return [
    `const BITS = ${bitsOf(geometry, small !== undefined)}u;
const GROUPS = ${groupsOf(geometry)}u;
const SMALL = ${small !== undefined};
${small ? `fn pass_${entry}(workgroup: u32, workgroups: u32, lane: u32) { select_small(lane); finish_${small}(lane); }` : ""}`,
    medianKeys,
    medianState,
    groups,
    medianSearch,
    medianFirst,
    medianList,
    medianCount,
    medianChoose,
    medianRests,
    medianConclude,
    medianScore,
  ];
};
