/**
 * What has to be done, in order, for the gradients of a loss of a network's predictions and slopes: the one list that the float64
 * reference and the kernels both follow.
 *
 * A layer l maps values[l], [batch, units], by weights W and biases b to pre-activations a = values[l] Wᵀ + b, and those by its activation
 * to values[l + 1]; the last one has none. A loss of slopes needs derivatives of derivatives: those of the slopes, in the direction of
 * d loss / d slopes, are tangents that run forward through the network once more (Pearlmutter 1994: products with the Hessian).
 */

/** Steps of one layer l; ⊙ is the product of single numbers. */
export type Step =
  /** values[l + 1] and firsts[l], the derivatives of the activations. */
  | "forward"
  /** pulls[l - 1] = (pulls[l] W) ⊙ firsts[l - 1]: d prediction / d pre-activation. With l = 0: slopes = pulls[0] W. */
  | "pull"
  /** s = tangents[l] Wᵀ, tangents[l + 1] = s ⊙ firsts[l], bends[l] = s ⊙ pulls[l] ⊙ (second / first derivative). tangents[0] is d loss / d slopes. */
  | "tangent"
  /** errors[l - 1] = (errors[l] W) ⊙ firsts[l - 1] + bends[l - 1]: d loss / d pre-activation. The last are d loss / d predictions. */
  | "back"
  /** dW = errors[l]ᵀ values[l] + pulls[l]ᵀ tangents[l], db = sum of errors[l] over the batch. */
  | "gradient";

/** A step and its layer. */
export type LayerStep = readonly [step: Step, layer: number];

const upward = (step: Step, from: number, to: number): LayerStep[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => [step, from + i] as const);
const downward = (step: Step, from: number, to: number): LayerStep[] => upward(step, to + 1, from + 1).reverse();

/** Up to the predictions, and to the slopes where they are needed. */
export const stepsBeforeLoss = (layers: number, slopes: boolean): LayerStep[] => [
  ...upward("forward", 0, layers),
  ...(slopes ? downward("pull", layers - 1, -1) : []),
];

/** From the derivatives of the loss to the gradients of the parameters; `slopes`: the loss has derivatives with respect to slopes. */
export const stepsAfterLoss = (layers: number, slopes: boolean): LayerStep[] => [
  ...(slopes ? upward("tangent", 0, layers - 1) : []),
  ...downward("back", layers - 1, 0),
  ...upward("gradient", 0, layers),
];
