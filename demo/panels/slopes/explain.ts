/** What the fits show, in words that are derived from their numbers. */
import { leastAt } from "../../lib/agreement.js";
import { type CurveFit, distanceTo } from "./measure.js";

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

/** Mean distances of |slope| from where the factor is least: under the loss without factors, and under the Lai loss. */
function distances(fit: CurveFit, fits: readonly CurveFit[]) {
  const plain = plainOf(fit, fits);
  const least = leastAt(fit.setting);
  if (!plain || least === undefined) return undefined;
  const [before, after] = [plain, fit].map(({ look }) => distanceTo(least, look.slopes));
  return { plain, least, before, after };
}

/** What a Lai loss did to slopes and error, against the same loss without factors. */
export function explain(fit: CurveFit, fits: readonly CurveFit[]): string {
  const moved = distances(fit, fits);
  if (!moved) return "Does not look at slopes.";
  const { plain, least, before, after } = moved;
  const { title } = plain.setting;
  return [
    `Factor least at |slope| = ${digits(least)}: on average |slope| is ${after.toFixed(3)} away from there, under ${title} ${before.toFixed(3)}.`,
    `Mean |slope| ${plain.slopes.mean.toFixed(3)} under ${title}, ${fit.slopes.mean.toFixed(3)} here.`,
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
  const moves = fits.flatMap((fit) => distances(fit, fits) ?? []);
  const nearer = moves.filter(({ before, after }) => after < before).length;
  return `The slopes of ${nearer} of the ${moves.length} Lai fits are nearer to the least factor than those of the loss that they are made from.`;
}
