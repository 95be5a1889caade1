/** Whether loss and gradients of trained networks are what float64 makes of the same parameters. */
import type { LaiLoss } from "../../src/index.js";
import type { Agreement } from "./panel.js";
import type { Outcome } from "./run.js";
import type { Candidate, Experiment } from "./trainer.js";
import { evaluateCandidate } from "./trainer-cpu.js";

export interface Comparison {
  readonly loss: number;
  /** Undefined where a sample lies on a kink. */
  readonly gradient?: number;
}

/** Closer to a kink than this, rounding may decide on which side a sample is, and gradients differ by right. */
const rounding = 3e-6;
const tolerance = 1e-3;

const laiParameters = (loss: Candidate["loss"]) => loss.parameters as Partial<LaiLoss["parameters"]>;

/** Where the factor of a Lai loss is least, which is also where it has its kink; undefined for other losses. */
export function leastAt({ loss }: Pick<Candidate, "loss">): number | undefined {
  const { lambda, form } = laiParameters(loss);
  if (typeof lambda !== "number") return undefined;
  return form === "plain" ? Math.sqrt(lambda) : lambda;
}

function onKink({ loss, targets }: Candidate, predictions: Float64Array, slopes: Float64Array): boolean {
  const least = leastAt({ loss });
  const features = slopes.length / targets.length;
  const { aggregate, feature } = laiParameters(loss);
  const absolute = loss.name.includes("absoluteError");
  return (
    (absolute && predictions.some((p, i) => Math.abs(p - targets[i]) < rounding)) ||
    (least !== undefined &&
      slopes.some(
        (k, at) => (aggregate !== "feature" || at % features === feature) && Math.abs(Math.abs(k) - least) < rounding,
      ))
  );
}

/** Differences of the loss, relative to it, and of the gradients, relative to the largest. */
export function compare(experiment: Experiment, { audits }: Outcome): Comparison[] {
  return audits.map(({ step, parameters, loss, gradients }, i) => {
    const candidate = experiment.candidates[i];
    const exact = evaluateCandidate(experiment, candidate, Float64Array.from(parameters), step);
    const largest = Math.max(...exact.gradients.map(Math.abs));
    const farthest = Math.max(...exact.gradients.map((g, j) => Math.abs(g - gradients[j])));
    return {
      loss: Math.abs(loss - exact.loss) / exact.loss,
      ...(!onKink(candidate, exact.predictions, exact.slopes) && { gradient: farthest / largest }),
    };
  });
}

/** A verdict, and the sentence that says it. */
export function agreementOf(comparisons: readonly Comparison[]): Agreement {
  const losses = comparisons.map(({ loss }) => loss);
  const gradients = comparisons.flatMap(({ gradient }) => (gradient === undefined ? [] : [gradient]));
  const kinks = comparisons.length - gradients.length;
  const most = (differences: readonly number[]) => Math.max(0, ...differences).toExponential(1);
  return {
    holds: [...losses, ...gradients].every((difference) => difference < tolerance),
    text: [
      `At the last parameters of ${comparisons.length} networks, float64 on the CPU has the same losses within ${most(losses)}`,
      ` and the same gradients within ${most(gradients)} of the largest`,
      kinks > 0 ? ` (${kinks} with a sample on a kink, where gradients jump, left out).` : ".",
    ].join(""),
  };
}
