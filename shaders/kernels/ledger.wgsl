// The outlier ledger: counts for every sample id how often it was scored and masked, and adds up |z|.
// counters: three u32 per id (scored, masked, sum of |z| in 1/1024), then the number of ids beyond the capacity.
// Integer atomics only: the same id may come twice, and the order of additions cannot change a sum. Grid: a lane per sample.

const WORKGROUP_SIZE = 64u;
const RESOLUTION = 1024.0;
const MOST = 1024.0;          // |z| counts at most this much at a time
const FULL = 0x80000000u;     // from here on an id is frozen, so that its ratios stay right

@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read> z: array<u32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> counters: array<atomic<u32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn ledger_main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * WORKGROUP_SIZE;
  if (i >= arrayLength(&ids)) {
    return;
  }
  // A sample without a score (ignored, omitted, or of a batch that holds a NaN) has mask 0 and z 0 or NaN.
  let kept = mask[i] != 0u;
  let magnitude = z[i] & 0x7fffffffu;
  if (magnitude > 0x7f800000u || (!kept && magnitude == 0u)) {
    return;
  }
  let last = arrayLength(&counters) - 1u;
  let slot = 3u * ids[i];
  if (ids[i] >= last / 3u) {
    atomicAdd(&counters[last], 1u);
    return;
  }
  if (atomicLoad(&counters[slot + 2u]) >= FULL) {
    return;
  }
  // Sizes of floats compare like their bits, so an infinite score never becomes a float.
  let size = bitcast<f32>(min(magnitude, bitcast<u32>(MOST)));
  atomicAdd(&counters[slot], 1u);
  atomicAdd(&counters[slot + 1u], select(1u, 0u, kept));
  atomicAdd(&counters[slot + 2u], u32(round(size * RESOLUTION)));
}
