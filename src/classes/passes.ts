/** Which kernels run for rows over classes, in which order, and what each of them is bound to. */
import { refuse } from "../errors.js";
import { type Pass, passBuilder, type Wanted } from "../passes.js";
import type { Port } from "../ports.js";
import type { Problem } from "../problem.js";

/**
 * Without a mask the rows are measured once, with their gradient; for its scale, weights are added up before. With a mask they are
 * measured before the statistics, and again for the gradient.
 */
export function passes(
  { mask, subject, options: { inPlace } }: Problem,
  { ports, segments, rescale }: Wanted,
  small: boolean,
  limit: number,
): Pass[] {
  const { passes, present, add } = passBuilder(ports, limit);
  const scratch: Port[] = mask ? ["scratch", "samples"] : ["scratch"];
  const data = present("first", "second", "labels", "weights", "classWeights");
  const upstream = present("upstream", "upstreams");
  const gradient = present("gradient");
  const given = present("givenStatistics");
  if (inPlace && gradient.length === 0) {
    refuse("parameter", subject, "outputs must hold a gradient for inPlace", [...ports], "Ask for it.");
  }
  // A kernel that writes the gradient over the logits is not bound to them twice.
  const written = [...(inPlace ? data.slice(1) : data), ...gradient];
  const perRow = present("logSumExp", "predictedClass");
  const figures = present("loss", "summary", "statistics");
  const perSample = [...(mask ? [] : perRow), ...present("losses", "mask", "z", "perSample")];
  const labels = mask?.per === "class";
  const counted = present("correct");
  const closing = [...figures, ...counted];
  const scoring = [...(mask ? present("weights") : data), ...scratch, ...upstream, ...counted];
  // Scores of labels are z-scores after the first of these passes.
  const rest = (left: Port[]): void => {
    const must = [...scoring, ...(labels ? [] : given)];
    for (let more = left; more.length > 0; ) more = add(mask ? "score_masked" : "score_rows", must, more);
  };
  const conclude = (left: Port[]): void => {
    if (left.length > 0) add("last", [...scratch, ...upstream], left);
  };
  // Nor are there logits to measure again afterwards.
  if (inPlace && !mask) rest(perSample.splice(0));
  const all = [
    ...written,
    ...scratch,
    ...upstream,
    ...given,
    ...counted,
    ...(mask ? perRow : []),
    ...figures,
    ...perSample,
  ];
  if (small && all.length <= limit) {
    add(labels ? "small_labels" : mask ? "small_masked" : "small_rows", all);
    return passes;
  }
  if (!mask) {
    if (segments > 1) add("accumulate_segments", [...data, ...scratch]);
    else if (rescale)
      add("accumulate_weights", [...present("second", "labels", "weights", "classWeights"), ...scratch]);
    rest(add("score_rows", [...written, ...scratch, ...upstream, ...counted], perSample));
    conclude(rescale ? add("last", [...scratch, ...upstream, ...gradient], closing) : closing);
    return passes;
  }
  const measuring = [...data, ...scratch, ...counted];
  let left = add(labels ? "accumulate_labels" : "accumulate", measuring, perRow);
  while (left.length > 0) left = add(labels ? "accumulate_labels" : "accumulate", measuring, left);
  if (labels) add("finalize", ["scratch", ...given]);
  rest(add(labels ? "score_labels" : "score_masked", [...scoring, ...(labels ? [] : given)], perSample));
  conclude(gradient.length > 0 ? add("last", [...written, ...upstream, ...scratch], closing) : closing);
  return passes;
}
