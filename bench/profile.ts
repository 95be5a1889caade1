/** Where the time of a step goes: times growing prefixes of its dispatches, whose differences are the dispatches. */
import type { Case, Environment } from "./cases.js";
import { type GpuVariant, type Pace, recorded, timeInterleaved, type Variant } from "./harness.js";
import type { Instrument } from "./instrument.js";
import { noPeers } from "./peers.js";

export async function profile(device: GPUDevice, counter: Instrument, pace: Pace, cases: readonly Case[]) {
  for (const one of cases) {
    const all = await one.variants({ device, peers: noPeers, pace } satisfies Environment);
    const recorders = all.filter((variant): variant is GpuVariant => "record" in variant);
    const prefixes: Variant[] = [];
    const labels: { first: boolean; text: string }[] = [];
    for (const variant of recorders) {
      const { dispatches } = await counter.count(one.elements, () => variant.run(1));
      for (const [d, { entry, workgroups, bytes }] of dispatches.entries()) {
        const text = `${variant.name}: ${d + 1} ${entry}, ${workgroups} workgroups, ${bytes / one.elements} B/element`;
        labels.push({ first: d === 0, text });
        const record = (encoder: GPUCommandEncoder) => {
          const pass = encoder.beginComputePass();
          for (const dispatch of dispatches.slice(0, d + 1)) dispatch.replay(pass);
          pass.end();
        };
        prefixes.push({ ...variant, run: recorded(device, record) });
      }
    }
    const timings = await timeInterleaved(prefixes, pace);
    console.log(`\n${one.name} ${one.shape.join(" x ")}: ms per dispatch (of the step so far)`);
    for (const [i, { p50 }] of timings.entries()) {
      const { first, text } = labels[i];
      console.log(`${(p50 - (first ? 0 : timings[i - 1].p50)).toFixed(4).padStart(9)} (${p50.toFixed(4)})  ${text}`);
    }
    for (const variant of all) variant.dispose();
  }
}
