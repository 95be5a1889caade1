// Long rows, of which there are few: every workgroup has a segment of one. A first pass leaves in scratch memory what each segment
// holds, and beside it the weight of its row; in the second one every workgroup merges what it needs.

fn segment_slot(row: u32, part: u32) -> u32 {
  return moments_slot(settings.first_slice + row * SEGMENTS + part, 0u);
}

fn pass_accumulate_segments(workgroup: u32, workgroups: u32, lane: u32) {
  segment = workgroup % SEGMENTS;
  let row = workgroup / SEGMENTS;
  let factor = stage_numbers(0u).x;
  let state = scan_online(row * settings.width, lane, factor, rates_of(factor, 1.0), lane);
  if (lane == 0u) {
    let weight = select(0.0, usable_weight(row), segment == 0u);
    scratch[segment_slot(row, segment)] = Item(
      vec4f(weight, state.top, state.rest, state.count), vec4u(state.odd, bitcast<vec3u>(three_powers(state.powers))));
  }
}

fn stored(row: u32, part: u32) -> Online {
  let item = scratch[segment_slot(row, part)];
  var state = Online();
  state.top = item.values.y;
  state.rest = item.values.z;
  state.count = item.values.w;
  state.odd = item.counts.x;
  state.powers = powers_from(bitcast<vec3f>(item.counts.yzw));
  return state;
}

fn scan_row(row: u32, position: u32, factor: f32, rates: Rates, lane: u32) -> Scan {
  var state = stored(row, 0u);
  for (var part = 1u; part < SEGMENTS; part++) {
    state = merged(state, stored(row, part), factor, rates);
  }
  return scan_of(state);
}
