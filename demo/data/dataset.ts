/** A small table of (x, y) with points that are known to be bad, and how to speak about it. */
export interface Dataset {
  readonly id: string;
  readonly title: string;
  /** What the data are, and what is wrong with some of them. */
  readonly story: string;
  readonly source: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** One name per point, for tables and labels. */
  readonly names: readonly string[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** What the ticks of the x axis say; the fits use plain x. */
  readonly xTick: (x: number) => string;
  /** Indices of the known outliers, and what to call them. */
  readonly outliers: readonly number[];
  readonly outlierNoun: string;
  /** Indices of points that are neither clean nor quite wrong; the clean line leaves them out too. */
  readonly doubtful: readonly number[];
}

/** Points that the clean line is fitted to: an oracle, only for comparison. */
export function cleanPoints({ x, outliers, doubtful }: Dataset): boolean[] {
  return x.map((_, i) => !outliers.includes(i) && !doubtful.includes(i));
}

/** "1963, 1964-1969": runs of three and more neighbours are drawn together. */
export function nameList(names: readonly string[], indices: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < indices.length; ) {
    let end = i;
    while (indices[end + 1] === indices[end] + 1) end++;
    if (end - i >= 2) parts.push(`${names[indices[i]]}-${names[indices[end]]}`);
    else for (let j = i; j <= end; j++) parts.push(names[indices[j]]);
    i = end + 1;
  }
  return parts.join(", ");
}
