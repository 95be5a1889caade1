/** Whether the kernels of the losses give what float64 makes of the logits that the networks end with. */
import { evaluate, run } from "../../../src/index.js";
import { classes } from "../../data/digits.js";
import { agreementOf, type Comparison } from "../../lib/agreement.js";
import type { Agreement } from "../../lib/panel.js";
import type { Audit } from "./classifiers.js";
import { type LossName, type Setting, training } from "./settings.js";

/** A symmetrized loss, a sum with a normalized one, and a z-mask: the others would cost a software adapter seconds more, and are parts of these. */
const audited: readonly LossName[] = ["sgce", "nceRce", "maskedCe"];

/** A loss of less than this has no digits that matter. */
const least = 1e-3;

const compute = (device: GPUDevice, { loss }: Setting, { logits, labels }: Pick<Audit, "logits" | "labels">) =>
  run(device, loss, { logits, labels }, { outputs: ["loss", "gradient"] });

/** Compiles the kernels of an audit, which then does not have to: a software adapter needs seconds, but can have them while networks train. */
export async function prepare(device: GPUDevice, settings: readonly Setting[]): Promise<void> {
  const nothing = { logits: new Float32Array(training.batch * classes), labels: new Int32Array(training.batch) };
  for (const setting of settings.filter(({ name }) => audited.includes(name))) await compute(device, setting, nothing);
}

async function compareOne(device: GPUDevice, audit: Audit): Promise<Comparison> {
  const { setting, logits, labels } = audit;
  const exact = evaluate(setting.loss, { logits, labels }, { outputs: ["loss", "gradient"] });
  const { loss, gradient = [] } = await compute(device, setting, audit);
  const exactGradient = Array.from(exact.gradient ?? []);
  const largest = Math.max(...exactGradient.map(Math.abs));
  const farthest = Math.max(...exactGradient.map((g, i) => Math.abs(g - gradient[i])));
  return {
    loss: Math.abs(Number(loss) - Number(exact.loss)) / Math.max(Math.abs(Number(exact.loss)), least),
    // Nothing to learn any more: both are 0.
    gradient: largest === 0 ? farthest : farthest / largest,
  };
}

export async function checkAgreement(device: GPUDevice, audits: readonly Audit[]): Promise<Agreement> {
  const chosen = audits.filter(({ setting }) => audited.includes(setting.name));
  return agreementOf(await Promise.all(chosen.map((audit) => compareOne(device, audit))));
}
