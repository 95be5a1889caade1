/** What the fits show, in words that are derived from their numbers. */
import { leastAt } from "../../lib/agreement.js";
import type { CurveFit } from "./measure.js";

const digits = (value: number) => Number(value.toPrecision(2)).toString();

/** "12 % more than", "3.1 times that" or "the same as"; less than 1 % is no difference. */
export function against(value: number, other: number): string {
  const ratio = value / other;
  if (ratio >= 2) return `${digits(ratio)} times that`;
  const percent = Math.round(100 * Math.abs(ratio - 1));
  if (percent === 0) return "the same as";
  return `${percent} % ${ratio > 1 ? "more" : "less"} than`;
}

const plainOf = (fit: CurveFit, fits: readonly CurveFit[]) =>
  fits.find(({ setting }) => setting.name === fit.setting.plain);

/** How a Lai loss moved the slopes and the error, against the same loss without factors. */
export function explain(fit: CurveFit, fits: readonly CurveFit[]): string {
  const plain = plainOf(fit, fits);
  const least = leastAt(fit.setting);
  if (!plain || least === undefined) return "Does not look at slopes.";
  const { title } = plain.setting;
  const moved = Math.abs(plain.slopes.mean - least) - Math.abs(fit.slopes.mean - least);
  const way = Math.abs(moved) < 5e-4 ? "no nearer to" : moved > 0 ? "nearer to" : "farther from";
  return [
    `Factor least at |slope| = ${digits(least)}: mean |slope| from ${plain.slopes.mean.toFixed(3)} under ${title} to ${fit.slopes.mean.toFixed(3)}, ${way} it.`,
    `Clean error ${against(fit.cleanError, plain.cleanError)} under ${title}.`,
  ].join(" ");
}

/** Who comes closer to the true curve. */
export function errorFinding(fits: readonly CurveFit[]): string {
  const pairs = fits.flatMap((fit) => {
    const plain = plainOf(fit, fits);
    return plain ? [{ fit, better: fit.cleanError < plain.cleanError }] : [];
  });
  const better = pairs.filter(({ better }) => better).map(({ fit }) => fit.setting.title);
  if (better.length === 0)
    return `In clean error none of the ${pairs.length} Lai fits beats the loss that it is made from.`;
  return `In clean error ${better.length} of the ${pairs.length} Lai fits ${better.length > 1 ? "beat" : "beats"} the loss that ${better.length > 1 ? "they are" : "it is"} made from: ${better.join("; ")}.`;
}

/** Where the pull goes. */
export function slopeFinding(fits: readonly CurveFit[]): string {
  const pairs = fits.flatMap((fit) => {
    const plain = plainOf(fit, fits);
    const least = leastAt(fit.setting);
    if (!plain || least === undefined) return [];
    return [Math.abs(fit.slopes.mean - least) < Math.abs(plain.slopes.mean - least)];
  });
  const nearer = pairs.filter(Boolean).length;
  return `In mean |slope| ${nearer} of the ${pairs.length} Lai fits are nearer to the least factor than the loss that they are made from.`;
}
