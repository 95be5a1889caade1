// The last passes, and all of them in one workgroup for small batches. Every pass becomes an entry point (src/shader.ts).

fn pass_last(workgroup: u32, workgroups: u32, lane: u32) {
  let first = settings.first_slice == 0u;
  let conclusion = conclude(first && workgroup == 0u, lane);
  if (first) {
    publish_groups(workgroup, workgroups, conclusion.kept, lane);
  }
  finish_gradient(workgroup, conclusion, lane);
}

fn pass_small(workgroup: u32, workgroups: u32, lane: u32) {
  if (MASKED) {
    pass_accumulate(0u, 1u, lane);
    storageBarrier();  // other lanes read the moments
    if (CLASSES > 1u) {
      pass_finalize(0u, 1u, lane);
      storageBarrier();  // and the statistics
    }
  }
  finish_small(lane);
}

fn finish_small(lane: u32) {
  pass_score(0u, 1u, lane);
  storageBarrier();  // other lanes read the sums
  pass_last(0u, 1u, lane);
}
