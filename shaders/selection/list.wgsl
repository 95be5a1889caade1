// A list of the keys in question: each lane has them in a part of its own, and an absent one behind the last if there is room.

// The host leaves room for a list unless samples are very many (src/dispatch.ts). Lanes have equal parts of a slice.
fn has_list() -> bool {
  let equal = settings.slice_rows % (4u * WORKGROUP_SIZE) == 0u;
  return LISTS && equal && arrayLength(&bins) >= list_at() + settings.all_slices * settings.slice_rows;
}

fn list_of(spot: Spot) -> u32 {
  return list_at() + spot.slice * settings.slice_rows + spot.position * (settings.slice_rows / WORKGROUP_SIZE);
}

fn listed_keys(at: u32) -> vec4u {
  return vec4u(atomicLoad(&bins[at]), atomicLoad(&bins[at + 1u]), atomicLoad(&bins[at + 2u]), atomicLoad(&bins[at + 3u]));
}

// Between which keys those in question are, first and last, and a gap of lesser ones.
struct Ends {
  first: u32,
  last: u32,
  gap: u32,      // the first key of the gap,
  width: u32,    // and how many it has
}

// Lists the keys in question, or a few more in a second search: whether a key is one of them is quicker to see than its distance.
fn list_samples(spot: Spot, second: bool) {
  let search = search_in(vec4u());
  if (search.way != LISTING || search.second != second || spot.row >= spot.end) {
    return;
  }
  let base = search.base.x;
  var ends = Ends(base, base + min(search.span, ABSENT - 1u - base), 0u, base);
  if (second) {
    ends = second_ends(search.aim, ends);
  }
  let list = list_of(spot);
  var end = list;
  var lesser = vec4u();
  var absent = vec4u();
  for (var row = spot.row; row < spot.end; row += spot.step) {
    let keys = keys_at(row, spot.column);
    let in_gap = select(vec4u(), vec4u(1u), keys - vec4u(ends.gap) < vec4u(ends.width));
    lesser += in_gap;
    if (!second) {
      absent += select(vec4u(), vec4u(1u), keys == vec4u(ABSENT));
    }
    // What is not in question is written over by what follows: branches would cost more.
    let there = select(vec4u(), vec4u(1u) - in_gap, keys - vec4u(ends.first) <= vec4u(ends.last - ends.first));
    atomicStore(&bins[end], keys.x);
    end += there.x;
    atomicStore(&bins[end], keys.y);
    end += there.y;
    atomicStore(&bins[end], keys.z);
    end += there.z;
    atomicStore(&bins[end], keys.w);
    end += there.w;
  }
  let room = (spot.end - spot.row + spot.step - 1u) / spot.step * 4u;
  let whole = list + min(room, (end - list + 4u) / 4u * 4u);
  while (end < whole) {
    atomicStore(&bins[end], ABSENT);
    end++;
  }
  atomicAdd(&bins[BELOW], dot(lesser, vec4u(1u)));
  if (!second) {
    atomicAdd(&bins[COUNT], room - dot(absent, vec4u(1u)));
  }
}
