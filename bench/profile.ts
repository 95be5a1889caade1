/**
 * Where the time of a step goes: how long each of its dispatches takes, by timestamps, or where there are none by the times of growing
 * prefixes of them. (These mislead where a dispatch goes on with what the last step has left, as searches do.)
 */
import type { Case, Environment } from "./cases.js";
import { type GpuVariant, type Pace, quantile, recorded, timeInterleaved, type Variant } from "./harness.js";
import type { Counts, Instrument } from "./instrument.js";
import { noPeers } from "./peers.js";

type Dispatches = Counts["dispatches"];

/** Milliseconds of every dispatch, each in a pass of its own. */
async function timesOf(device: GPUDevice, dispatches: Dispatches, steps: number): Promise<number[]> {
  const count = 2 * dispatches.length;
  const size = 8 * count;
  const querySet = device.createQuerySet({ type: "timestamp", count });
  const resolved = device.createBuffer({ size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const samples: number[][] = dispatches.map(() => []);
  for (let step = 0; step < steps; step++) {
    const encoder = device.createCommandEncoder();
    for (const [d, { replay }] of dispatches.entries()) {
      const timestampWrites = { querySet, beginningOfPassWriteIndex: 2 * d, endOfPassWriteIndex: 2 * d + 1 };
      const pass = encoder.beginComputePass({ timestampWrites });
      replay(pass);
      pass.end();
    }
    encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const stamps = new BigInt64Array(staging.getMappedRange().slice(0));
    staging.unmap();
    for (const [d, of] of samples.entries()) of.push(Number(stamps[2 * d + 1] - stamps[2 * d]) / 1e6);
  }
  for (const resource of [querySet, resolved, staging]) resource.destroy();
  return samples.map((of) => quantile(of, 0.5));
}

async function differencesOf(
  device: GPUDevice,
  variant: Variant,
  dispatches: Dispatches,
  pace: Pace,
): Promise<number[]> {
  const prefixes = dispatches.map((_, d): Variant => {
    const record = (encoder: GPUCommandEncoder) => {
      const pass = encoder.beginComputePass();
      for (const { replay } of dispatches.slice(0, d + 1)) replay(pass);
      pass.end();
    };
    return { ...variant, run: recorded(device, record) };
  });
  const timings = await timeInterleaved(prefixes, pace);
  return timings.map(({ p50 }, d) => p50 - (d ? timings[d - 1].p50 : 0));
}

export async function profile(device: GPUDevice, counter: Instrument, pace: Pace, cases: readonly Case[]) {
  const stamps = device.features.has("timestamp-query");
  for (const one of cases) {
    console.log(`\n${one.name} ${one.shape.join(" x ")}: ms per dispatch, by ${stamps ? "timestamps" : "differences"}`);
    const all = await one.variants({ device, peers: noPeers, pace } satisfies Environment);
    for (const variant of all.filter((variant): variant is GpuVariant => "record" in variant)) {
      const { dispatches } = await counter.count(one.elements, () => variant.run(1));
      const times = await (stamps
        ? timesOf(device, dispatches, 3 * pace.rounds)
        : differencesOf(device, variant, dispatches, pace));
      console.log(`${variant.name}: ${times.reduce((sum, time) => sum + time, 0).toFixed(4)}`);
      for (const [d, { entry, workgroups, bytes }] of dispatches.entries()) {
        const text = `${entry}, ${workgroups} workgroups, ${(bytes / one.elements).toPrecision(3)} B/element`;
        console.log(`${times[d].toFixed(4).padStart(11)}  ${text}`);
      }
    }
    for (const variant of all) variant.dispose();
  }
}
