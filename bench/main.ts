/** `npm run bench`: see scripts/bench.mjs for its options. Node with Dawn, on SwiftShader or the machine's own driver. */
import { isSoftware } from "./baseline/adapter.js";
import { casesFor, labelOf } from "./cases.js";
import { extentOf, paceOf, type RunOptions } from "./extent.js";
import { instrument } from "./instrument.js";
import { machineLine, machineOf, peerLibraries } from "./machine.js";
import { measure } from "./measure.js";
import { checkRegressions } from "./node/check.js";
import { openDevice } from "./node/device.js";
import { sources } from "./node/peers.js";
import { writeReport } from "./node/report.js";
import { openResults } from "./node/results.js";
import { openTorch } from "./node/torch.js";
import { loadPeers } from "./peers.js";
import { profile } from "./profile.js";
import { progressLine, summaryOf } from "./summary.js";
import { tune } from "./tune.js";

export interface BenchOptions extends RunOptions {
  readonly profile?: boolean;
  /** Against PyTorch, too: on the GPU, or where the adapter is a CPU on that. */
  readonly torch?: boolean;
  /** Only draws what there is. */
  readonly report?: boolean;
  /** Looks for the best entry of the table in src/tuning.ts. */
  readonly tune?: boolean;
  /** Fails where our time relative to the baseline has become worse. */
  readonly check?: boolean;
  /** Takes what is measured as what later checks compare with. */
  readonly accept?: boolean;
}

/** Returns the exit code. */
export async function main(options: BenchOptions, root: string): Promise<number> {
  if (options.report) {
    writeReport(root);
    return 0;
  }
  const { info, device } = await openDevice();
  const counter = instrument();
  const extent = extentOf(options);
  const pace = paceOf(extent);
  const cases = casesFor(extent, info).filter((one) => labelOf(one).includes(options.filter ?? ""));
  if (options.profile) {
    await profile(device, counter, pace, cases);
    return 0;
  }

  const compares = !(options.tune || options.check || options.accept);
  const torch = options.torch && compares ? await openTorch(root, isSoftware(info) ? "cpu" : "cuda") : undefined;
  const runtime = `node ${process.versions.node} ${process.platform}`;
  const machine = machineOf(info, runtime, ["webgpu", ...peerLibraries], torch && [torch.version]);
  console.log(machineLine(machine));
  if (options.tune) {
    await tune(device, { batchMs: 30, rounds: 7 }, console.log);
    return 0;
  }
  if (!compares) return Number(!(await checkRegressions(device, machine.adapter, root, options)));
  const peers = { ...(await loadPeers(device, sources, console.log)), torch };
  const file = options.filter ? undefined : openResults(root, machine, { extent, resume: options.resume ?? false });
  const finished = new Set(file?.rows.map((row) => `${row.case} ${row.shape}`));
  if (finished.size > 0) console.log(`going on after ${finished.size} results in ${file!.path}`);
  await measure(
    cases.filter((one) => !finished.has(labelOf(one))),
    {
      environment: { device, peers, pace },
      counter,
      machine,
      say: console.log,
      onProgress: (progress) => progress.label && console.log(`\n${progressLine(progress)}`),
      onRows(rows, one) {
        console.log(summaryOf(labelOf(one), rows).join("\n"));
        file?.append(rows);
      },
    },
  );
  torch?.close();
  if (file) console.log(`\n${file.path}`);
  if (file && extent !== "quick") writeReport(root);
  return 0;
}
