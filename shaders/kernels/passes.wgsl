// The passes over a batch. Every one of them is an entry point (its own kernel); small batches take all in one workgroup.

fn pass_accumulate(workgroup: u32, workgroups: u32, lane: u32) {
  if (workgroup < settings.tiles * settings.slices) {
    prepare_samples(workgroup, lane);
    accumulate_slice(workgroup, lane);
  }
}

fn pass_score(workgroup: u32, workgroups: u32, lane: u32) {
  if (workgroup < settings.tiles * settings.slices) {
    score_slice(workgroup, lane);
  }
}

fn pass_publish(workgroup: u32, workgroups: u32, lane: u32) {
  let conclusion = conclude(workgroup == 0u, lane);
  publish_groups(workgroup, workgroups, conclusion.kept, lane);
}

fn pass_last(workgroup: u32, workgroups: u32, lane: u32) {
  let conclusion = conclude(settings.first_slice == 0u && workgroup == 0u, lane);
  if (settings.first_slice == 0u) {
    publish_groups(workgroup, workgroups, conclusion.kept, lane);
  }
  if (workgroup < settings.tiles * settings.slices) {
    finish_gradient(workgroup, conclusion, lane);
  }
}

fn pass_small(workgroup: u32, workgroups: u32, lane: u32) {
  if (MASKED) {
    for (var tile = 0u; tile < settings.tiles; tile++) {
      prepare_samples(tile, lane);
      accumulate_slice(tile, lane);
    }
    storageBarrier();  // other lanes read the moments
    if (CLASSES > 1u) {
      pass_finalize(0u, 1u, lane);
      storageBarrier();  // and the statistics
    }
  }
  for (var tile = 0u; tile < settings.tiles; tile++) {
    score_slice(tile, lane);
  }
  storageBarrier();  // and the sums
  let conclusion = conclude(true, lane);
  publish_groups(0u, 1u, conclusion.kept, lane);
  for (var tile = 0u; tile < settings.tiles; tile++) {
    finish_gradient(tile, conclusion, lane);
  }
}
