/** How a shape becomes dispatches: column tiles, row slices, chunks that fit a binding, and the settings of each. */
import { refuse } from "./errors.js";
import type { Geometry, Problem } from "./problem.js";
import { parameterVectors } from "./shader.js";
import type { Tuning } from "./tuning.js";

/** A run of rows that fits into one binding. */
export interface Chunk {
  readonly firstRow: number;
  readonly rows: number;
  readonly slices: number;
  readonly firstSlice: number;
}

/** The grid for one number of rows. */
export interface Grid {
  readonly geometry: Geometry;
  /** Samples are rows of several elements. */
  readonly rowSamples: boolean;
  /** One dispatch of one workgroup does everything. */
  readonly small: boolean;
  readonly chunks: readonly Chunk[];
  readonly sliceRows: number;
  readonly slices: number;
  readonly tiles: number;
  readonly tileColumns: number;
  readonly rowLanes: number;
  readonly groups: number;
}

const powerOfTwo = (x: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, x)));
const roundUp = (x: number, step: number): number => Math.ceil(x / step) * step;

/** Cuts a geometry for an adapter. */
export function gridOf(problem: Problem, geometry: Geometry, tuning: Tuning): Grid {
  const { workgroupSize } = tuning;
  const rowSamples = geometry.width > 1;
  const perColumn = geometry.classes > 1;
  // Rows and columns of samples: a batch with one group is one long column.
  const columns = perColumn ? geometry.columns : 1;
  const rows = perColumn ? geometry.rows : geometry.samples;
  const small = geometry.elements <= tuning.smallBatch;
  const tileColumns = Math.max(1, Math.min(columns, workgroupSize));
  const tiles = Math.max(1, Math.ceil(columns / tileColumns));
  const rowLanes = rowSamples ? Math.min(workgroupSize, powerOfTwo(geometry.width / 8)) : 1;
  // A slice is whole quads; of single elements it keeps every lane busy, of long rows a few are work enough.
  const quadRows = rowSamples ? 4 : 4 * Math.floor(workgroupSize / tileColumns);

  const bytesPerRow = 4 * (rowSamples ? Math.max(4, geometry.width) : columns);
  const alignment = 64; // rows whose byte offset is a multiple of 256 whatever the row
  const fitting = Math.floor(tuning.maxBindingSize / bytesPerRow);
  const chunkRows = fitting >= rows ? rows : Math.floor(fitting / alignment) * alignment;
  if (rows > 0 && chunkRows === 0) {
    const most = Math.floor(tuning.maxBindingSize / (4 * alignment));
    refuse(
      "unsupported",
      problem.subject,
      `rows must have at most ${most} elements on this device`,
      bytesPerRow / 4,
      "Request a higher maxStorageBufferBindingSize.",
    );
  }
  const rowElements = geometry.width * columns;
  const wanted = small ? 1 : Math.min(tuning.maxWorkgroups, Math.ceil((rows * rowElements) / tuning.minElements));
  const sliceRows = Math.max(quadRows, roundUp(Math.ceil(rows / Math.max(1, Math.ceil(wanted / tiles))), quadRows));
  const chunks: Chunk[] = [];
  let slices = 0;
  for (let firstRow = 0; firstRow < rows || chunks.length === 0; firstRow += chunkRows) {
    const chunk = { firstRow, rows: Math.min(chunkRows, rows - firstRow), firstSlice: slices };
    const count = small ? 1 : Math.ceil(chunk.rows / sliceRows);
    chunks.push({ ...chunk, slices: count });
    slices += count;
  }
  return {
    geometry,
    rowSamples,
    small: small && chunks.length === 1,
    chunks,
    sliceRows: small ? roundUp(Math.max(1, rows), quadRows) : sliceRows,
    slices,
    tiles,
    tileColumns,
    rowLanes,
    groups: geometry.groupColumns * geometry.classes,
  };
}

/** Bytes of scratch memory that a grid needs: items for moments, sums, statistics, header (see settings.wgsl). */
export function scratchSize({ slices, groups, tiles }: Grid): number {
  return 32 * (slices * groups + slices * tiles + groups + 1);
}

/** Bytes of one settings struct. */
export function settingsSize(problem: Problem): number {
  return 64 + 16 * parameterVectors(problem);
}

/** What the flags of settings.wgsl say beyond the problem. */
export interface Flags {
  readonly unscaled: boolean;
  readonly rescale: boolean;
}

/** WGSL may assume that floats are finite, so infinite parameters travel as the largest numbers. */
const finite = (x: number): number => Math.min(3.4e38, Math.max(-3.4e38, x));

/** Writes the settings of one chunk, field by field as in settings.wgsl. */
export function writeSettings(problem: Problem, grid: Grid, chunk: Chunk, flags: Flags): ArrayBuffer {
  const { mask, base, reduction } = problem;
  const data = new ArrayBuffer(settingsSize(problem));
  const bits =
    (mask?.side === "upper" ? 1 : 0) |
    (problem.nonFinite === "omit" ? 2 : 0) |
    (reduction === "mean" ? 4 : 0) |
    (reduction === "sum" ? 8 : 0) |
    (flags.unscaled ? 16 : 0) |
    (flags.rescale ? 32 : 0);
  new Uint32Array(data, 0, 12).set([
    chunk.rows,
    grid.geometry.classes > 1 ? grid.geometry.columns : 1,
    grid.geometry.width,
    grid.rowLanes,
    grid.tiles,
    grid.tileColumns,
    chunk.slices,
    grid.sliceRows,
    chunk.firstSlice,
    grid.slices,
    grid.groups,
    bits,
  ]);
  const numbers = [
    problem.ignoreIndex,
    mask?.threshold ?? 0,
    mask?.eps ?? 0,
    mask?.ddof ?? 0,
    ...Object.values(base.parameters),
  ];
  new Float32Array(data, 48).set(numbers.map(finite));
  return data;
}
