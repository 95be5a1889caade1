/** The two losses that the Z-Error paper names, as compositions. */
import { binaryCrossEntropy } from "./losses/binaryCrossEntropy.js";
import { squaredError } from "./losses/squaredError.js";
import { type ZMaskedLoss, type ZMaskOptions, zMasked } from "./zMasked.js";

/**
 * The paper's ZMSELoss: `zMasked(squaredError(), options)`.
 *
 * @throws LossError `parameter` as `zMasked`.
 */
export function zmse(options: ZMaskOptions = {}): ZMaskedLoss<"regression"> {
  return zMasked(squaredError(), options);
}

/**
 * The paper's ZErrorBCEWithLogitsLoss: `zMasked(binaryCrossEntropy({ posWeight }), options)`, scored per column and class.
 *
 * @throws LossError `parameter` as `zMasked`.
 */
export function zbce({
  posWeight,
  ...options
}: ZMaskOptions & { readonly posWeight?: number } = {}): ZMaskedLoss<"binary"> {
  return zMasked(binaryCrossEntropy(posWeight === undefined ? {} : { posWeight }), options);
}
