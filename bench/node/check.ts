/** `npm run bench -- --check`: the quick cases against bench/references.json; `--accept` writes what is measured there instead. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Case, casesFor, labelOf } from "../cases.js";
import { check, type References, verdictLine } from "../check.js";
import { type Pace, quantile, timeInterleaved } from "../harness.js";
import { noPeers } from "../peers.js";

const pace: Pace = { batchMs: 60, rounds: 15 };

/** Our time over the baseline's, both verified. By the lower quintile: what disturbs a step only ever adds to it. */
async function ratioOf(device: GPUDevice, one: Case): Promise<number> {
  const all = await one.variants({ device, peers: noPeers, pace });
  try {
    const two = ["ours", "baseline"].map((wanted) => all.find(({ name }) => name === wanted)!);
    for (const variant of two) await variant.verify();
    const [ours, baseline] = await timeInterleaved(two, pace);
    return ours.p20 / baseline.p20;
  } finally {
    for (const variant of all) variant.dispose();
  }
}

/** Returns whether nothing has become worse. */
export async function checkRegressions(
  device: GPUDevice,
  adapter: string,
  root: string,
  { accept = false },
): Promise<boolean> {
  const path = join(root, "bench/references.json");
  const references: References = JSON.parse(readFileSync(path, "utf8"));
  const cases = new Map(casesFor("quick").map((one) => [labelOf(one), one]));
  if (!accept) {
    const known = references[adapter];
    if (!known) throw new Error(`${path} knows no figures of ${adapter}. --accept takes them.`);
    return check(
      known,
      (label) => ratioOf(device, cases.get(label)!),
      (verdict) => console.log(verdictLine(verdict)),
    );
  }
  const measured: Record<string, number> = {};
  for (const [label, one] of cases) {
    const ratios: number[] = [];
    for (let i = 0; i < 3; i++) ratios.push(await ratioOf(device, one));
    measured[label] = Number(quantile(ratios, 0.5).toPrecision(3));
    console.log(`${label}: ${measured[label]} of the baseline`);
  }
  writeFileSync(path, `${JSON.stringify({ ...references, [adapter]: measured }, undefined, 2)}\n`);
  return true;
}
