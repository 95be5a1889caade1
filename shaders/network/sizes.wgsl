// Sizes of one dispatch, as src/network/kernels.ts writes them. Matrices are padded with zeros to whole tiles and read as vec4s; a
// block is four of their rows by four columns.
struct Sizes {
  row_tiles: u32,      // tiles of the result
  column_tiles: u32,
  splits: u32,         // parts of the inner dimension, each with a result of its own
  depth: u32,          // blocks of the inner dimension in a part
  inner: u32,          // and in all
  left_stride: u32,    // vec4s of a row
  right_stride: u32,
  stride: u32,         // of the result
  rows: u32,           // numbers that count; the rest is padding
  units: u32,
  offset: u32,         // where something starts
  height: u32,         // rows with padding
}
@group(0) @binding(0) var<uniform> sizes: Sizes;

/// Index of a lane in a grid of workgroups that is folded where one dimension is too short.
fn lane_of(group: vec3u, grid: vec3u, lanes: u32, lane: u32) -> u32 {
  return (group.x + group.y * grid.x) * lanes + lane;
}
