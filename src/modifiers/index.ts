/** The algebra of class losses: modifiers take losses and return losses. */
export { normalized } from "./normalized.js";
export { normalizedNegative } from "./normalizedNegative.js";
export { partiallyHuberized } from "./partiallyHuberized.js";
export { smoothed } from "./smoothed.js";
export { symmetrized } from "./symmetrized.js";
export { tempered } from "./tempered.js";
export { weightedSum } from "./weightedSum.js";
