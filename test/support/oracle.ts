// The files of expected numbers, with how many cases each has: no test may lose one.
import classificationAll from "../vectors/classification-all.json";
import classificationLarge from "../vectors/classification-large.json";
import classificationPy from "../vectors/classification-py.json";
import edgeNonfinite from "../vectors/edge-nonfinite.json";
import lai from "../vectors/lai.json";
import regression from "../vectors/regression.json";
import symmetric from "../vectors/symmetric.json";
import zerror from "../vectors/zerror.json";

export const vectorFiles = [
  ["regression", regression, 155],
  ["zerror", zerror, 74],
  ["classification-py", classificationPy, 384],
  ["classification-all", classificationAll, 239],
  ["classification-large", classificationLarge, 14],
  ["symmetric", symmetric, 204],
  ["edge-nonfinite", edgeNonfinite, 12],
  ["lai", lai, 46],
] as const;
