/** The list of base losses. Everything that covers "all losses" (JSON ids, tests, docs, benchmarks, the lab) walks this list. */
import { absoluteError } from "./absoluteError.js";
import { barron } from "./barron.js";
import { binaryCrossEntropy } from "./binaryCrossEntropy.js";
import { cauchy } from "./cauchy.js";
import { gemanMcClure } from "./gemanMcClure.js";
import { huber } from "./huber.js";
import { logCosh } from "./logCosh.js";
import { quantile } from "./quantile.js";
import { smoothL1 } from "./smoothL1.js";
import { squaredError } from "./squaredError.js";
import { tukey } from "./tukey.js";
import { welsch } from "./welsch.js";

export {
  absoluteError,
  barron,
  binaryCrossEntropy,
  cauchy,
  gemanMcClure,
  huber,
  logCosh,
  quantile,
  smoothL1,
  squaredError,
  tukey,
  welsch,
};

/** Every built-in base loss, by family and in order of the documentation. */
export const losses = [
  squaredError,
  absoluteError,
  huber,
  smoothL1,
  logCosh,
  cauchy,
  gemanMcClure,
  welsch,
  tukey,
  barron,
  quantile,
  binaryCrossEntropy,
] as const;
