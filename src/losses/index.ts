/** The list of base losses. Everything that covers "all losses" (JSON ids, tests, docs, benchmarks, the lab) walks this list. */
import { absoluteError } from "./absoluteError.js";
import { alphaMae } from "./alphaMae.js";
import { asymmetricExponential } from "./asymmetricExponential.js";
import { asymmetricGeneralizedCrossEntropy } from "./asymmetricGeneralizedCrossEntropy.js";
import { asymmetricUnhinged } from "./asymmetricUnhinged.js";
import { barron } from "./barron.js";
import { binaryCrossEntropy } from "./binaryCrossEntropy.js";
import { biTempered } from "./biTempered.js";
import { cauchy } from "./cauchy.js";
import { classAbsoluteError } from "./classAbsoluteError.js";
import { crossEntropy } from "./crossEntropy.js";
import { epsilonSoftmaxCrossEntropy } from "./epsilonSoftmaxCrossEntropy.js";
import { focal } from "./focal.js";
import { gemanMcClure } from "./gemanMcClure.js";
import { generalizedCrossEntropy } from "./generalizedCrossEntropy.js";
import { huber } from "./huber.js";
import { jensenShannon } from "./jensenShannon.js";
import { logCosh } from "./logCosh.js";
import { logitClippedCrossEntropy } from "./logitClippedCrossEntropy.js";
import { quantile } from "./quantile.js";
import { reverseCrossEntropy } from "./reverseCrossEntropy.js";
import { sgce } from "./sgce.js";
import { smoothL1 } from "./smoothL1.js";
import { squaredError } from "./squaredError.js";
import { symmetricCrossEntropy } from "./symmetricCrossEntropy.js";
import { taylorCrossEntropy } from "./taylorCrossEntropy.js";
import { tukey } from "./tukey.js";
import { unhinged } from "./unhinged.js";
import { unhingedL2 } from "./unhingedL2.js";
import { welsch } from "./welsch.js";

export {
  absoluteError,
  alphaMae,
  asymmetricExponential,
  asymmetricGeneralizedCrossEntropy,
  asymmetricUnhinged,
  barron,
  binaryCrossEntropy,
  biTempered,
  cauchy,
  classAbsoluteError,
  crossEntropy,
  epsilonSoftmaxCrossEntropy,
  focal,
  gemanMcClure,
  generalizedCrossEntropy,
  huber,
  jensenShannon,
  logCosh,
  logitClippedCrossEntropy,
  quantile,
  reverseCrossEntropy,
  sgce,
  smoothL1,
  squaredError,
  symmetricCrossEntropy,
  taylorCrossEntropy,
  tukey,
  unhinged,
  unhingedL2,
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
  crossEntropy,
  classAbsoluteError,
  generalizedCrossEntropy,
  taylorCrossEntropy,
  asymmetricGeneralizedCrossEntropy,
  asymmetricUnhinged,
  asymmetricExponential,
  focal,
  reverseCrossEntropy,
  symmetricCrossEntropy,
  jensenShannon,
  epsilonSoftmaxCrossEntropy,
] as const;
