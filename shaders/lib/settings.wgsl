// Shapes and hyper-parameters: everything that may change without compiling anew.
// The host writes the same fields in the same order (src/dispatch.ts).

struct Settings {
  rows: u32,          // rows of samples in this chunk
  columns: u32,       // columns of samples: statistics may be kept per column
  width: u32,         // elements that one sample averages over
  row_lanes: u32,     // lanes that share one sample of that width
  tiles: u32,         // column tiles of a slice
  tile_columns: u32,  // columns of a tile
  slices: u32,        // row slices of this chunk
  slice_rows: u32,    // rows of a slice, a multiple of 4
  first_slice: u32,   // of this chunk, among the slices of all chunks
  all_slices: u32,
  groups: u32,        // columns that statistics are kept for, times classes
  ignore_bits: u32,   // the label to leave out, as float bits
  bounds: vec2f,      // scores from the first to the second stay
  eps: f32,
  ddof: f32,
  parameters: array<vec4f, PARAMETERS>,
}

@group(0) @binding(0) var<uniform> settings: Settings;

fn parameter(i: u32) -> f32 {
  return settings.parameters[i / 4u][i % 4u];
}

// Where a lane works: it keeps its column and walks down the rows in quads.
struct Spot {
  slice: u32,     // among those of all chunks
  column: u32,
  row: u32,
  end: u32,
  step: u32,
  position: u32,  // of the lane among those of its column
  leads: bool,    // writes what the lanes of its column have reduced
}

// Workgroups that share a chunk; a dispatch that is folded into two dimensions may have more.
fn in_chunk() -> u32 {
  return settings.tiles * settings.slices;
}

// Which of four from `start` are there: the last quad may reach beyond the end.
fn below(start: u32, end: u32) -> vec4<bool> {
  return start + vec4u(0u, 1u, 2u, 3u) < vec4u(end);
}

// Quads between two levels of a sum: long chains of float32 additions lose digits.
const RUN = 128u;

// Scratch memory, in items: moments of every slice and group, sums of every workgroup, statistics of every group
// (and of the whole, where there are several).
fn moments_slot(slice: u32, group: u32) -> u32 {
  return slice * settings.groups + group;
}

fn sums_slot(workgroup: u32) -> u32 {
  return settings.all_slices * settings.groups + workgroup;
}

fn statistics_slot(group: u32) -> u32 {
  return sums_slot(settings.all_slices * settings.tiles) + group;
}
