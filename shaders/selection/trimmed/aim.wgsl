// The first search is for the largest loss that stays. Where more samples have that loss than can stay, the second search is for the
// last of those that do.

const CUTOFF = FOUND;      // the largest loss that stays, as a float
const LAST = FOUND + 1u;   // the last sample that stays with it

const SEEKS_UPPER = false;
const LISTS_SECOND = false;  // a list has forgotten which samples its keys are of

alias Aim = vec4u;  // the key of the cutoff

fn aim_of(groups: vec4u) -> Aim {
  return keys_of(bitcast<vec4f>(words_of(groups, CUTOFF)));
}

fn prepare_aim() {}

// Four samples from a row of this chunk on, in the order of all of them.
fn places_at(row: u32) -> vec4u {
  return settings.first_slice * settings.slice_rows + row + vec4u(0u, 1u, 2u, 3u);
}

// Samples with other losses have no place.
fn second_keys(keys: vec4u, row: u32, cutoff: Aim) -> vec4u {
  return select(vec4u(ABSENT), places_at(row), keys == cutoff);
}

fn second_ends(cutoff: Aim, places: Ends) -> Ends {
  return places;
}
