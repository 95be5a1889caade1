/** The two losses that the Z-Error paper names, as compositions. */
import type { Family } from "./families.js";
import type { LossSpec } from "./loss.js";
import { binaryCrossEntropy } from "./losses/binaryCrossEntropy.js";
import { squaredError } from "./losses/squaredError.js";
import { type ZMaskedLoss, type ZMaskOptions, zMasked } from "./zMasked.js";

/** A masked loss that has an id of its own in JSON: its parameters are those of the mask and of the base. */
function named<F extends Family>(id: string, masked: ZMaskedLoss<F>): ZMaskedLoss<F> {
  const toJSON = (): LossSpec => ({ loss: id, params: { ...masked.base.toJSON().params, ...masked.toJSON().params } });
  return Object.freeze({ ...masked, toJSON });
}

/**
 * The paper's ZMSELoss: `zMasked(squaredError(), options)`.
 *
 * @throws LossError `parameter` as `zMasked`.
 * @see Godin 2025, Z-Error Loss for Training Neural Networks, arXiv 2506.02154.
 */
export function zmse(options: ZMaskOptions = {}): ZMaskedLoss<"regression"> {
  return named("zmse", zMasked(squaredError(), options));
}

/**
 * The paper's ZErrorBCEWithLogitsLoss: `zMasked(binaryCrossEntropy({ posWeight }), options)`, scored per column and class.
 *
 * @param options those of `zMasked`, and `posWeight` (1): weight of the positive term.
 * @throws LossError `parameter` as `zMasked`.
 * @see Godin 2025, Z-Error Loss for Training Neural Networks, arXiv 2506.02154.
 */
export function zbce({
  posWeight,
  ...options
}: ZMaskOptions & { readonly posWeight?: number } = {}): ZMaskedLoss<"binary"> {
  return named("zbce", zMasked(binaryCrossEntropy(posWeight === undefined ? {} : { posWeight }), options));
}
