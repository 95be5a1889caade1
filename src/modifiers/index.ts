/** Modifiers take losses and return losses: the algebra of class losses, and trimming for all. */
export { normalized } from "./normalized.js";
export { normalizedNegative } from "./normalizedNegative.js";
export { partiallyHuberized } from "./partiallyHuberized.js";
export { smoothed } from "./smoothed.js";
export { symmetrized } from "./symmetrized.js";
export { tempered } from "./tempered.js";
export { type TrimmedLoss, type TrimOptions, trimmed } from "./trimmed.js";
export { weightedSum } from "./weightedSum.js";
