/** Loss functions that stop to steepen: linear in the probability below a bound. */
import { type ClassLoss, composed, onlyTerm, requireClassLoss } from "../classes/loss.js";
import { type Psi, psiAt } from "../classes/terms.js";
import { refuse } from "../errors.js";
import { rules } from "../loss.js";
import { readParameters, specOf } from "../parameters.js";

const definitions = { tau: { default: 10, rule: rules.aboveOne } };

/** Log-probability at which the steepness -d psi / d p reaches tau; it falls with the probability. */
function steepest(psi: Psi, tau: number): number {
  const steepness = (l: number): number => -psiAt(psi, l, 0)[1] * Math.exp(-l);
  let [low, high] = [-700, 0];
  if (steepness(high) >= tau) return 0;
  if (!(steepness(low) >= tau)) return -Infinity;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (steepness(middle) >= tau) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Bounds the gradient with respect to the probability: where the loss would become steeper than `tau`, it goes on along its tangent.
 *
 * @param loss a base loss that gets steeper as the probability falls, such as cross-entropy.
 * @param parameters `tau` (10): the largest steepness -d loss / d p, above 1.
 * @throws LossError `parameter` for what is no base loss, and for a `tau` of at most 1.
 * @see Menon et al. 2020, Can Gradient Clipping Mitigate Label Noise?
 */
export function partiallyHuberized(loss: ClassLoss, parameters: { readonly tau?: number } = {}): ClassLoss {
  requireClassLoss(loss, "partiallyHuberized");
  const read = readParameters<{ tau: number }>(parameters, definitions, "partiallyHuberized");
  const { tau } = read;
  const [{ psi, share, mean, sum }] = [onlyTerm(loss.terms(2), loss, "partiallyHuberized")];
  if (share || mean !== 0 || sum !== 0 || psi.linear) {
    const rule = "the loss must be a base loss";
    refuse("parameter", "partiallyHuberized", rule, loss.name, "Huberize first, then apply other modifiers.");
  }
  const from = steepest(psi, tau);
  const linear = { tau, from, value: from === -Infinity ? 0 : psiAt(psi, from, 0)[0] };
  const terms: ClassLoss["terms"] = (classes) =>
    loss.terms(classes).map((term) => ({ ...term, psi: { ...psi, linear } }));
  return composed(`partiallyHuberized(${loss.name})`, read, terms, () => {
    const of = loss.toJSON();
    if (of.loss === "ce") return specOf("phuberCe", read, definitions);
    if (of.loss === "gce")
      return specOf("phuberGce", { ...read, ...loss.parameters }, { ...definitions, q: { default: 0.7 } });
    return { ...specOf("partiallyHuberized", read, definitions), of };
  });
}
