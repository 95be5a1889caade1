// Adds up the sums of all workgroups: loss, counts and the scale of the gradient. Every workgroup of the last pass does so
// by itself; the first one writes the figures.

struct Conclusion {
  scale: f32,
  spoiled: bool,  // the whole gradient is NaN
  kept: u32,
}

fn conclude(writes: bool, lane: u32) -> Conclusion {
  var sums = Item();
  if (SMALL) {  // of the only workgroup
    sums = scratch[sums_slot(0u)];
  } else {
    for (var i = lane; i < settings.all_slices * settings.tiles; i += WORKGROUP_SIZE) {
      sums = add(sums, scratch[sums_slot(i)]);
    }
    sums = reduce_all(ADD, sums, lane);
  }
  let weight = sums.values.y;
  let broken = sums.counts.y;
  let empty = MEAN && weight == 0.0;
  let share = select(1.0, select(1.0 / weight, 0.0, empty), MEAN);
  let scale = share * select(upstream_at(0u, 0u).x, 1.0, NONE);
  let spoiled = broken > 0u && !OMITS;
  // Under "sum" and "none" without a mask only the broken sample's own gradient is NaN, and the score pass has written that.
  let all_spoiled = spoiled && (MASKED || MEAN);
  if (writes && lane == 0u) {
    let loss = select(bitcast<u32>(sums.values.x * share), NAN_BITS, spoiled);
    let one = vec4<bool>(true, false, false, false);
    write_loss(0u, 1u, one, vec4u(loss));
    write_summary(0u, 1u, vec4<bool>(true), vec4u(
      loss, bitcast<u32>(weight), select(bitcast<u32>(scale), NAN_BITS, all_spoiled), select(sums.counts.x, 0u, empty)));
    write_correct(0u, 1u, one, vec4u(sums.counts.w));
    write_summary(4u, 1u, one | one.yxzw, vec4u(sums.counts.z, broken, 0u, 0u));
  }
  return Conclusion(scale, all_spoiled, sums.counts.x);
}
