// Element-wise samples: the last pass, which multiplies the gradient by its scale in place (reads and writes it once;
// grid: column tiles x row slices of this chunk), and all passes in one dispatch of one workgroup for small batches.

fn rescale(workgroup: u32, conclusion: Conclusion, lane: u32) {
  if (!flag(RESCALE)) {
    return;
  }
  let spot = spot_of(workgroup, lane);
  let stride = sample_stride();
  let advance = spot.step * stride;
  let start = sample_start(spot.row, spot.column);
  let end = sample_start(spot.end, spot.column);
  let last = sample_start(settings.rows, spot.column);
  let steps = vec4u(0u, 1u, 2u, 3u) * stride;
  // One of the two loops runs: NaN leaves as bits.
  for (var at = select(start, end, conclusion.spoiled); at < end; at += advance) {
    let scaled = bitcast<vec4f>(gradient_at(at, stride)) * conclusion.scale;
    write_gradient(at, stride, at + steps < vec4u(last), bitcast<vec4u>(scaled));
  }
  for (var at = select(end, start, conclusion.spoiled); at < end; at += advance) {
    write_gradient(at, stride, at + steps < vec4u(last), vec4u(NAN_BITS));
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn last_main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let workgroup = id.x + id.y * grid.x;
  let conclusion = conclude(settings.first_slice == 0u && workgroup == 0u, lane);
  if (settings.first_slice == 0u) {
    publish_groups(workgroup, grid.x * grid.y, lane);
  }
  if (workgroup < settings.tiles * settings.slices) {
    rescale(workgroup, conclusion, lane);
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn small_main(@builtin(local_invocation_index) lane: u32) {
  if (MASKED) {
    for (var tile = 0u; tile < settings.tiles; tile++) {
      accumulate(tile, lane);
    }
    storageBarrier();  // moments are read back by other lanes
    if (CLASSES > 1u) {
      finalize(0u, 1u, lane);
      storageBarrier();  // so are statistics
    }
  }
  for (var tile = 0u; tile < settings.tiles; tile++) {
    score(tile, lane);
  }
  storageBarrier();  // and sums
  let conclusion = conclude(true, lane);
  publish_groups(0u, 1u, lane);
  for (var tile = 0u; tile < settings.tiles; tile++) {
    rescale(tile, conclusion, lane);
  }
}
