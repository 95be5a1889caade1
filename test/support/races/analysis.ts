// Races in what a dispatch has logged. Between two barriers of its memory, no lane may touch what another one writes; between workgroups
// nothing orders anything. Accesses count as in the WGSL specification: workgroupBarrier orders workgroup memory only, storageBarrier
// storage memory only, and a write to a component writes the vector.
import { ENTRY_WORDS, type Site } from "./instrument.js";

/** Two accesses that nothing orders. */
export interface Race {
  readonly one: Site;
  readonly other: Site;
  readonly index: number;
  /** Between lanes of one workgroup, or between workgroups. */
  readonly between: "lanes" | "workgroups";
}

/** Accesses to one element, of one kind, between the same two barriers. */
interface Access {
  readonly site: number;
  readonly workgroup: number;
  /** Barriers that had been passed. */
  readonly passed: number;
  /** Two at most: whether there is another one is all that counts. */
  readonly lanes: Set<number>;
}

/** What one dispatch has logged. */
export class Trace {
  /** Accesses to an element that lanes, or workgroups, share; of elements to which the same happens, to the first one. */
  private readonly elements: { readonly index: number; readonly accesses: Access[] }[] = [];
  /** By workgroup: the sites of barriers, in the order in which it passed them. */
  private readonly barriers = new Map<number, number[]>();

  constructor(
    readonly sites: readonly Site[],
    entries: Uint32Array,
  ) {
    const variables = [...new Set(sites.map(({ variable }) => variable))];
    const places = sites.map(({ variable }) => variables.indexOf(variable));
    /** By variable, owner and index: the accesses, by site, workgroup and barriers passed. */
    const elements = new Map<number, Map<number, Access>>();
    for (let at = 0; at < entries.length; at += ENTRY_WORDS) {
      const site = entries[at] & 0xffff;
      const lane = entries[at] >>> 16;
      const [index, passed, workgroup] = entries.subarray(at + 1, at + ENTRY_WORDS);
      if (sites[site].barrier >= 0) {
        const own = this.barriers.get(workgroup) ?? [];
        own[passed] = site;
        this.barriers.set(workgroup, own);
        continue;
      }
      const owner = sites[site].space === "workgroup" ? workgroup : 0;
      const element = (places[site] * 2 ** 12 + owner) * 2 ** 32 + index;
      const accesses = elements.get(element) ?? new Map<number, Access>();
      elements.set(element, accesses);
      const key = (workgroup * 2 ** 16 + passed) * 2 ** 16 + site;
      const access = accesses.get(key);
      if (!access) accesses.set(key, { site, workgroup, passed, lanes: new Set([lane]) });
      else if (access.lanes.size < 2) access.lanes.add(lane);
    }
    const seen = new Set<string>();
    for (const [element, byKind] of elements) {
      const accesses = [...byKind.values()];
      const [{ lanes, workgroup }] = accesses;
      const shared = accesses.some(
        (one) => one.workgroup !== workgroup || one.lanes.size > 1 || !lanes.has([...one.lanes][0]),
      );
      if (!shared || accesses.every(({ site }) => isRead(sites[site]))) continue;
      // Which lanes they are does not matter, but which of them are the same.
      const names = [...new Set(accesses.flatMap((one) => [...one.lanes]))];
      const pattern = Array.from(
        byKind,
        ([key, one]) => `${key}:${Array.from(one.lanes, (lane) => names.indexOf(lane))}`,
      ).join();
      if (seen.has(pattern)) continue;
      seen.add(pattern);
      this.elements.push({ index: element % 2 ** 32, accesses });
    }
  }

  /** Sites of barriers that were passed. */
  passed(): Set<number> {
    return new Set(Array.from(this.barriers.values()).flat());
  }

  /** The first race of every pair of sites; as if a barrier, by its site, were not there. */
  races(without = -1): Race[] {
    // By space and workgroup: how many barriers had ordered it when so many had been passed.
    const clocks = new Map<number, Record<Site["space"], number[]>>();
    for (const [workgroup, passed] of this.barriers) {
      const clock: Record<Site["space"], number[]> = { workgroup: [0], storage: [0] };
      for (const site of passed) {
        for (const space of ["workgroup", "storage"] as const) {
          const counts = site !== without && this.sites[site].space === space;
          clock[space].push(clock[space][clock[space].length - 1] + Number(counts));
        }
      }
      clocks.set(workgroup, clock);
    }
    const epochOf = ({ site, workgroup, passed }: Access): number =>
      clocks.get(workgroup)?.[this.sites[site].space][passed] ?? 0;

    const found = new Map<number, Race>();
    for (const { index, accesses } of this.elements) {
      for (const [i, a] of accesses.entries()) {
        for (const b of accesses.slice(i)) {
          const apart = a.workgroup !== b.workgroup;
          if (!apart && (epochOf(a) !== epochOf(b) || new Set([...a.lanes, ...b.lanes]).size < 2)) continue;
          const [one, other] = [this.sites[a.site], this.sites[b.site]];
          if (!conflict(one, other)) continue;
          const key = (a.site * 2 ** 16 + b.site) * 2 + Number(apart);
          if (!found.has(key)) found.set(key, { one, other, index, between: apart ? "workgroups" : "lanes" });
        }
      }
    }
    return [...found.values()];
  }
}

const isRead = ({ kind }: Site): boolean => kind === "read" || kind === "atomicLoad";

/** Whether two accesses of the same element may not be left unordered. */
function conflict(a: Site, b: Site): boolean {
  const overlap = `${a.path}.`.startsWith(`${b.path}.`) || `${b.path}.`.startsWith(`${a.path}.`);
  if (!overlap || (isRead(a) && isRead(b))) return false;
  // Atomics never race, but what they find may depend on who was first, unless all of them add (or all take the largest).
  return a.kind !== b.kind || a.kind === "write" || a.kind === "atomicStore";
}

/** A race in words, the same whoever comes first. */
export function describeRace({ one, other, between }: Race): string {
  const said = ({ kind, variable, path, within }: Site) => `${kind} of ${variable}[]${path} in ${within}`;
  return `${[said(one), said(other)].sort().join(", and ")}, of different ${between}`;
}
