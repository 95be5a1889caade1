// The two matrices of a product, by blocks of rows and columns. Kernels say what is transposed.
@group(0) @binding(1) var<storage, read> lefts: array<vec4f>;
@group(0) @binding(2) var<storage, read> rights: array<vec4f>;

/// Four numbers of each of four rows.
fn left_rows(row: u32, column: u32) -> mat4x4f {
  let n = sizes.left_stride;
  let at = 4u * row * n + column;
  return mat4x4f(lefts[at], lefts[at + n], lefts[at + 2u * n], lefts[at + 3u * n]);
}
fn right_rows(row: u32, column: u32) -> mat4x4f {
  let n = sizes.right_stride;
  let at = 4u * row * n + column;
  return mat4x4f(rights[at], rights[at + n], rights[at + 2u * n], rights[at + 3u * n]);
}
