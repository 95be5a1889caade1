import { test } from "vitest";
import { detectRaces } from "wgsl_reflect/wgsl_reflect.module.js";
const code = `
struct Settings { rows: u32, parameters: array<vec4f, 1> }
@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<storage, read_write> data: array<vec4u>;
struct Item { head: vec4u, tail: vec4u }
var<workgroup> tile: array<Item, 4>;
fn swap(lane: u32, x: vec4u) -> Item {
  tile[lane] = Item(x, x);
  workgroupBarrier();
  let r = tile[3u - lane];
  workgroupBarrier();
  return r;
}
fn work(lane: u32) {
  let a = swap(lane, data[lane]);
  storageBarrier();
  if (settings.rows == 4u) { data[3u - lane].x = a.head.x; }
}
@compute @workgroup_size(4)
fn main(@builtin(local_invocation_index) lane: u32) { work(lane); }`;
test("x", () => {
  const u = new Uint32Array(8); u[0] = 4;
  for (const [n, c] of Object.entries({ ok: code, noStorage: code.replace("storageBarrier();", ""), noFirst: code.replace("workgroupBarrier();", "") })) {
    const data = new Uint32Array(16).map((_, i) => i);
    const r = detectRaces(c, "main", [1], { "0": { "0": { uniform: u.buffer }, "1": data.buffer } });
    console.log(n, r.races.length, r.errors, r.races[0]?.message, [...data].join(" "));
  }
});
