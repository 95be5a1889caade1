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
export interface Grid extends Geometry {
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

/** Most elements of a lane: Mesa's software driver was seen to end a loop, without a word, at about 32,000 turns of four elements. */
const LANE_ELEMENTS = 2 ** 16;

const ceilDivide = (a: number, b: number): number => Math.ceil(a / b);

/** Cuts a geometry for an adapter; rows may be shared by several workgroups, in segments. */
export function gridOf(problem: Problem, geometry: Geometry, tuning: Tuning, segments: number): Grid {
  const { workgroupSize, maxBindingSize } = tuning;
  // Rows and columns of samples: a batch with one group is one long column.
  const { width, groupColumns: columns, features = 1 } = geometry;
  const elements = geometry.elements * features;
  const rows = geometry.samples / Math.max(1, columns);
  const tileColumns = Math.max(1, Math.min(columns, workgroupSize));
  const tiles = Math.max(1, ceilDivide(columns, tileColumns));
  // Rows of samples that are rows: software adapters do best with a lane for each, unless there are few.
  const most = workgroupSize > 4 || rows < 4 || segments > 1 ? workgroupSize : 1;
  const rowLanes = Math.min(most, 2 ** Math.ceil(Math.log2(Math.max(1, width / 8))));
  // A slice is whole quads; of single elements it keeps every lane busy, as of rows.
  const quadRows = width > 1 ? Math.max(4, workgroupSize / rowLanes) : 4 * Math.floor(workgroupSize / tileColumns);

  const bytes = problem.familyTraits.bytesOf?.(problem, "first") ?? 4;
  const alignment = 256 / bytes; // rows whose byte offset is a multiple of 256, whatever a row holds
  const widest = Math.max(bytes, problem.familyTraits.bytesOf?.(problem, "second") ?? 4);
  const rowBytes = width > 1 ? Math.max(24, widest * width) : widest * columns * features; // six words of a sample
  const fitting = Math.floor(maxBindingSize / rowBytes);
  const chunkRows = fitting >= rows ? rows : Math.floor(fitting / alignment) * alignment;
  if (rows > 0 && chunkRows === 0) {
    const most = Math.floor(maxBindingSize / (widest * alignment));
    const rule = `rows must have at most ${most} elements`;
    refuse("unsupported", problem.subject, rule, rowBytes / widest, "Request a higher maxStorageBufferBindingSize.");
  }
  const small = elements <= tuning.smallBatch && tiles === 1 && chunkRows === rows && (segments === 1 || rows === 0);
  const groups = columns * geometry.classes;
  // Moments of all groups and slices, 32 bytes each, lie in one binding.
  const slicesFitting = Math.max(1, Math.floor(maxBindingSize / (64 * groups)));
  const workgroups = Math.max(
    Math.min(tuning.maxWorkgroups, ceilDivide(elements, tuning.minElements)),
    ceilDivide(elements, LANE_ELEMENTS * workgroupSize),
  );
  const wanted = small ? 1 : Math.min(slicesFitting, ceilDivide(workgroups, tiles));
  const sliceRows = segments > 1 ? 1 : quadRows * Math.max(1, ceilDivide(rows, quadRows * Math.max(1, wanted)));
  const chunks: Chunk[] = [];
  let slices = 0;
  for (let firstRow = 0; firstRow < rows || chunks.length === 0; firstRow += chunkRows) {
    const chunk = Math.min(chunkRows, rows - firstRow);
    const count = small ? 1 : ceilDivide(chunk * segments, sliceRows);
    chunks.push({ firstRow, rows: chunk, slices: count, firstSlice: slices });
    slices += count;
  }
  return { ...geometry, small, chunks, sliceRows, slices, tiles, tileColumns, rowLanes, groups };
}

/** Bytes of scratch memory that a grid needs: items for moments, sums, statistics, header (see settings.wgsl). */
export function scratchSize({ slices, groups, tiles }: Grid): number {
  return 32 * (slices * (groups + tiles) + groups + 1);
}

/** Bytes of one settings struct. */
export function settingsSize(problem: Problem): number {
  return 64 + 16 * parameterVectors(problem);
}

/** Writes the settings of one chunk, field by field as in settings.wgsl. */
export function writeSettings(problem: Problem, grid: Grid, chunk: Chunk): Uint32Array<ArrayBuffer> {
  const { mask, base, familyTraits } = problem;
  const data = new Uint32Array(settingsSize(problem) / 4);
  data.set([
    chunk.rows,
    grid.groupColumns,
    grid.width,
    grid.rowLanes,
    grid.tiles,
    grid.tileColumns,
    chunk.slices,
    grid.sliceRows,
    chunk.firstSlice,
    grid.slices,
    grid.groups,
  ]);
  const { threshold = 0, eps = 0, ddof = 0 } = mask ?? {};
  const lowest = mask?.side === "upper" ? -Infinity : -threshold;
  const own = familyTraits.numbers(base, grid.columns);
  const numbers = [problem.ignoreIndex, lowest, threshold, eps, ddof, ...own];
  // WGSL may assume that floats are finite, so infinite parameters travel as the largest numbers.
  new Float32Array(data.buffer, 44).set(numbers.map((x) => Math.min(3.4e38, Math.max(-3.4e38, x))));
  return data;
}
