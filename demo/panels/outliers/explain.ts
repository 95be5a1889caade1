/** What happened in a fit, in words that are derived from its numbers. */
import { type Dataset, nameList } from "../../data/dataset.js";
import { highLeverage, type Line } from "../../lib/line.js";
import { type Fit, maxSteps } from "../../lib/train.js";
import { huberConstant, type Setting } from "./settings.js";
import { cleanLine } from "./starts.js";

const percent = (share: number) => `${Math.round(100 * share)} %`;
const digits = (value: number) => Number(value.toPrecision(2)).toString();
const points = (count: number, what: string) => `${count} ${count === 1 ? what.replace(/s$/, "") : what}`;

export function explain(data: Dataset, fit: Fit<Setting>): string {
  const sentences = [unsettled(data, fit), pull(data, fit), missed(data, fit), verdict(data, fit.line)];
  return sentences.filter(Boolean).join(" ");
}

/** A piecewise loss has no smooth bottom: the mask can depend on the line that it bends. */
function unsettled({ names }: Dataset, { state, recent }: Fit): string {
  if (state !== "unsettled") return "";
  if (recent.length < 2) return `Still moving after ${maxSteps} steps.`;
  const common = recent[0].filter((i) => recent.every((set) => set.includes(i)));
  const changing = [...new Set(recent.flat())].filter((i) => !common.includes(i)).sort((a, b) => a - b);
  return `Does not settle: alternates between ${recent.length} masks; ${nameList(names, changing)} ${changing.length > 1 ? "come and go" : "comes and goes"}.`;
}

/** Which points pull at the line, and how hard. */
function pull(data: Dataset, fit: Fit<Setting>): string {
  const { names, outliers, doubtful, outlierNoun } = data;
  const { recipe, dropped, scale, startScale } = fit;
  if (recipe.name === "mse") return "Every point pulls, the farther the harder.";
  const scales = `Scale (1.4826 MAD) ${digits(startScale)} at the start, ${digits(scale)} at the end.`;
  if (recipe.name === "huber") {
    const clipped = fit.residuals.filter((r) => Math.abs(r) > huberConstant * scale).length;
    return `${points(clipped, "points")} beyond ${huberConstant} scales pull no harder than from there. ${scales}`;
  }
  const sound = dropped.filter((i) => !outliers.includes(i) && !doubtful.includes(i)).length;
  const [left, stay] = [true, false].map((out) => doubtful.filter((i) => dropped.includes(i) === out));
  const also = [nameList(names, left), sound > 0 && points(sound, "sound points")].filter(Boolean);
  const verb = recipe.name === "tukey" ? "Leaves out" : "Masks";
  const found = caught(data, fit);
  const parts = [`${verb} ${found} of the ${outliers.length} ${outlierNoun}`, ...also];
  const tally = [`${parts.join(found === "none" ? ", but " : " and ")}.`];
  if (stay.length > 0 && outliers.every((i) => dropped.includes(i))) {
    tally.push(`${nameList(names, stay)}, partly affected, ${stay.length > 1 ? "stay" : "stays"}.`);
  }
  return [...tally, ...(recipe.name === "tukey" ? [scales] : [])].join(" ");
}

export function caught({ outliers }: Dataset, { dropped }: Fit): string {
  const count = outliers.filter((i) => dropped.includes(i)).length;
  return count === 0 ? "none" : count === outliers.length ? "all" : String(count);
}

/** Residuals below this many robust scales are ordinary. */
const ordinary = 2.5;

/** Why known outliers stayed in. */
function missed({ x, names, outliers, outlierNoun }: Dataset, fit: Fit<Setting>): string {
  const { recipe, dropped, outcome, residuals, scale } = fit;
  const stay = outliers.filter((i) => !dropped.includes(i));
  if (recipe.name === "mse" || stay.length === 0) return "";
  const z = outcome?.z;
  const farthest = Math.max(...stay.map((i) => Math.abs(residuals[i]) / scale));
  const score = z
    ? `|z| at most ${Math.max(...stay.map((i) => Math.abs(z[i]))).toFixed(2)}`
    : `residuals of at most ${farthest.toFixed(1)} scales`;
  const who = stay.length === outliers.length ? `All ${outlierNoun}` : nameList(names, stay);

  if (farthest <= ordinary) {
    const stays = `${who} ${stay.length > 1 ? "stay" : "stays"}`;
    if (highLeverage(x, stay))
      return `${stays}: high leverage draws the line to such points, and then they look ordinary (${score}).`;
    return `${stays}, near this line (${score}).`;
  }
  const { threshold, estimator } = recipe;
  if (threshold === undefined) return "";
  if (estimator === "median") {
    return `${who} ${stay.length > 1 ? "stay" : "stays"} within the threshold of the median (${score}).`;
  }
  const share = outliers.length / x.length;
  const limit = 1 / (1 + threshold ** 2);
  const rule = `1/(1+${threshold}²) = ${percent(limit)}`;
  if (share >= limit) {
    return `Masking effect: the ${outliers.length} ${outlierNoun} are ${percent(share)} of the batch, above ${rule}, and inflate the deviation that they hide in (${nameList(names, stay)}: ${score}).`;
  }
  return `${percent(share)} is below ${rule}, but that holds for equal outliers: here the largest inflate the deviation for the others (${nameList(names, stay)}: ${score}).`;
}

/** How far a slope is from the one that an oracle gets, as a ratio; below 0 where the sign is wrong. */
const ratioOf = (data: Dataset, { slope }: Line) => slope / cleanLine(data).slope;

/** Slopes that are within half of the clean one count as free of the outliers. */
export const freed = (data: Dataset, line: Line) => Math.abs(ratioOf(data, line) - 1) <= 0.5;

/** A slope against the clean one, in a word or two. */
export function against(data: Dataset, line: Line): string {
  const ratio = ratioOf(data, line);
  if (ratio < 0) return "wrong sign";
  if (!freed(data, line)) return `${digits(ratio)} times`;
  const off = Math.abs(ratio - 1);
  return off <= 0.1 ? "close" : `${percent(off)} off`;
}

function verdict(data: Dataset, line: Line): string {
  const words = against(data, line);
  const phrase = { close: "Close to", "wrong sign": "Wrong sign against" }[words] ?? words;
  return `${phrase} the clean slope, ${cleanLine(data).slope.toFixed(3)}.`;
}
