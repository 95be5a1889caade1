// Class loss composed of two terms over the heavy-tailed softmax; shaders/losses/biTempered.wgsl has the powers.
import { type ClassLoss, composed, defineClassLoss } from "../classes/loss.js";
import { type Psi, plainTerm } from "../classes/terms.js";
import { rules } from "../loss.js";
import { readParameters, specOf } from "../parameters.js";
import { functionsExpm1, lossesBiTempered } from "../shaders.generated.js";
import { generalizedCrossEntropy } from "./generalizedCrossEntropy.js";

/** p^r / r, less 1 / r for the top class. */
const power = defineClassLoss({
  name: "biTempered",
  parameters: { r: { rule: rules.positive, doc: "exponent" } },
  wgsl: lossesBiTempered,
  uses: [functionsExpm1],
  usesTop: true,
  value: (l, { r }, top) => (top ? Math.expm1(r * l) : Math.exp(r * l)) / r,
  slope: (l, { r }) => Math.exp(r * l),
  traits: { convex: false, boundedSlope: true },
  documentation: { formula: "p^r / r", gradient: "p^r", source: "biTempered" },
});

const definitions = {
  t1: { rule: rules.closedUnitInterval },
  t2: { rule: { text: "be a finite number of at least 1", test: (x: number) => Number.isFinite(x) && x >= 1 } },
  labelSmoothing: { default: 0, rule: { text: "be at least 0 and below 1", test: (x: number) => x >= 0 && x < 1 } },
};

const psiOf = (loss: ClassLoss): Psi => loss.terms(2)[0].psi;

/**
 * The bi-tempered logistic loss: a bounded logarithm log_t1 and a heavy-tailed softmax exp_t2; t1 = t2 = 1 is cross-entropy. The
 * probabilities are those of the converged normaliser (the authors' code stops after five steps).
 *
 * @param parameters `t1`: 0 to 1, the smaller the more bounded; `t2`: at least 1, the larger the heavier the tail; no defaults, (0.8, 1.2) is a
 *   start. `labelSmoothing` (0): the label becomes 1 - labelSmoothing, the other classes share the rest.
 * @throws LossError `parameter` for other parameters.
 * @see Amid et al. 2019, Robust Bi-Tempered Logistic Loss Based on Bregman Divergences; of rows of probabilities it is extended linearly, theirs is not.
 */
export function biTempered(parameters: {
  readonly t1: number;
  readonly t2: number;
  readonly labelSmoothing?: number;
}): ClassLoss {
  type Read = { t1: number; t2: number; labelSmoothing: number };
  const read = readParameters<Read>(parameters ?? {}, definitions, "biTempered");
  const { t1, t2, labelSmoothing } = read;
  const r = 2 - t1;
  // -log_t1 p of the label, and sum of p^r / r: what depends on the prediction in the Bregman divergence.
  const logarithm = psiOf(generalizedCrossEntropy({ q: 1 - t1 }));
  const powers = psiOf(power({ r }));
  const terms: ClassLoss["terms"] = (classes) => {
    const other = labelSmoothing / (classes - 1);
    const own = 1 - labelSmoothing;
    // y log_t1 y - y^r / r, and 1 / r more for the top class
    const entropy = (y: number): number =>
      (y > 0 ? y * (t1 === 1 ? Math.log(y) : (y ** (1 - t1) - 1) / (1 - t1)) : 0) - y ** r / r;
    const constant = entropy(own) + 1 / r + (classes - 1) * entropy(other);
    const scores = { temperature: 1, limit: Infinity, tail: t2 };
    return [
      { ...plainTerm(logarithm), scores, label: own - other, sum: other, constant },
      { ...plainTerm(powers), scores, label: 0, sum: 1 },
    ];
  };
  return composed("biTempered", read, terms, () => specOf("biTempered", read, definitions));
}
