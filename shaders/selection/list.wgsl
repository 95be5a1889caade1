// Software adapters gain from a list of the keys that are left: each lane has them in a part of its own, four by four, and an absent
// one behind the last if there is room.
const LISTS = GROUPS == 1u && !SMALL && WORKGROUP_SIZE <= 16u;

// The host leaves room for a list unless samples are very many (src/dispatch.ts).
fn has_list() -> bool {
  return LISTS && arrayLength(&bins) >= list_at() + settings.all_slices * settings.slice_rows;
}

fn list_slot(spot: Spot, place: u32) -> u32 {
  return list_at() + settings.first_slice * settings.slice_rows + spot.row + place / 4u * spot.step + place % 4u;
}

fn listed_keys(spot: Spot, place: u32) -> vec4u {
  let slot = list_slot(spot, place);
  return vec4u(atomicLoad(&bins[slot]), atomicLoad(&bins[slot + 1u]), atomicLoad(&bins[slot + 2u]), atomicLoad(&bins[slot + 3u]));
}

// Puts keys at the end of a lane's list, and returns where it ends then.
fn list_keys(spot: Spot, end: u32, there: vec4<bool>, keys: vec4u) -> u32 {
  let counts = vec4u(there);
  let places = end + vec4u(0u, counts.x, counts.x + counts.y, counts.x + counts.y + counts.z);
  if (there.x) { atomicStore(&bins[list_slot(spot, places.x)], keys.x); }
  if (there.y) { atomicStore(&bins[list_slot(spot, places.y)], keys.y); }
  if (there.z) { atomicStore(&bins[list_slot(spot, places.z)], keys.z); }
  if (there.w) { atomicStore(&bins[list_slot(spot, places.w)], keys.w); }
  return places.w + counts.w;
}

fn close_list(spot: Spot, end: u32) {
  let room = (spot.end - spot.row + spot.step - 1u) / spot.step * 4u;
  _ = list_keys(spot, end, vec4u(0u, 1u, 2u, 3u) < vec4u(min(4u - end % 4u, room - end)), vec4u(ABSENT));
}
