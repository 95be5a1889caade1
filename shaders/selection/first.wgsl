// The first look at the data: makes the keys of samples, and counts their first digits unless there are lists.

fn note_odd(group: u32, odd: u32, poison: u32) {
  atomicAdd(&bins[group * WORDS + ODD], odd);
  atomicAdd(&bins[group * WORDS + POISON], poison);
}

// Makes the keys of part of a run, and counts their first digits. Without care it says whether they can stay: not if a sample is odd.
fn make_keys(first: u32, stop: u32, spot: Spot, care: bool) -> bool {
  let shift = vec4u(FIRST_SHIFT);
  var odd = 0u;
  for (var row = first; row < stop; row += spot.step) {
    let start = sample_start(row, spot.column);
    let quad = sample_quad(row, start, care);
    let keys = select(vec4u(ABSENT), keys_of(quad.losses.scored), quad.used);
    let groups = known_groups_at(row, spot.column);
    write_keys(start, sample_stride(), below(row, settings.rows) | vec4<bool>(!care), keys);
    if (!LISTS) {
      add_most_to_bins(groups, quad.used, keys >> shift);
    }
    if (!care) {
      odd |= quad.odd
        | either(full_exponent(bitcast<vec4u>(quad.losses.loss)) | full_exponent(bitcast<vec4u>(quad.losses.scored)));
    } else if (any(quad.broken) || quad.invalid > 0u) {
      let broken = count_of(quad.broken);
      note_odd(GROUPS, broken + quad.invalid, select(broken, 0u, OMITS));
      for (var k = 0u; k < 4u; k++) {
        if (quad.broken[k]) {
          note_odd(groups[k], 1u, select(1u, 0u, OMITS));
        }
      }
    }
  }
  return first < stop && !is_odd(odd);
}

// Takes back what has been counted of keys that cannot stay.
fn uncount(first: u32, stop: u32, spot: Spot) {
  if (LISTS) {
    return;
  }
  for (var row = first; row < stop; row += spot.step) {
    let keys = read_keys(sample_start(row, spot.column), sample_stride());
    let groups = known_groups_at(row, spot.column);
    add_to_bins(groups, keys != vec4u(ABSENT), keys >> vec4u(FIRST_SHIFT), 0xffffffffu);
  }
}

// The first look.
fn pass_accumulate_keys(workgroup: u32, workgroups: u32, lane: u32) {
  prepare_samples(workgroup, lane);
  let spot = spot_of(workgroup, lane);
  for (var row = spot.row; row < spot.end; row += RUN * spot.step) {
    let stop = min(row + RUN * spot.step, spot.end);
    let quick = quick_stop(row, stop, spot.step);
    let sound = make_keys(row, quick, spot, false);
    uncount(row, select(quick, row, sound), spot);
    _ = make_keys(select(row, quick, sound), stop, spot, true);
  }
  share_bins(lane);
}
