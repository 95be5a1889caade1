// Numbers about the centre: their keys tell whether their distances are in question.

// The key of the number at a distance from the centre: in quarters nothing overflows.
fn key_at(center: f32, distance: f32) -> u32 {
  let quarter = clamp(0.25 * center + 0.25 * distance, -8e37, 8e37);
  return keys_of(vec4f(4.0 * quarter)).x;
}

// More than rounding, here and where distances are made, can take from a distance or add to it.
fn doubt_of(center: f32, distance: f32) -> f32 {
  return max((0.25 * abs(center) + 0.25 * distance) * 2e-6, 1e-37);
}

fn is_vast(key: u32) -> bool {
  return key > bitcast<u32>(1e38f);
}

// The ends of keys whose distances are between two ends. Those in the gap are nearer, and those without farther.
fn second_ends(aim: Aim, distances: Ends) -> Ends {
  let center = aim.near.x;
  let nearest = bitcast<f32>(distances.first);
  let farthest = bitcast<f32>(distances.last);
  var ends = Ends(0u, ABSENT - 1u, 0u, 0u);
  if (!is_vast(distances.last)) {
    let reach = farthest + doubt_of(center, farthest);
    ends.first = key_at(center, -reach);
    ends.last = key_at(center, reach);
  }
  let reach = nearest - doubt_of(center, nearest);
  if (!is_vast(distances.first) && reach > 0.0) {
    ends.gap = key_at(center, -reach) + 1u;
    ends.width = max(key_at(center, reach), ends.gap) - ends.gap;
  }
  return ends;
}
