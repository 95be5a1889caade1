/** What the courses show, in words that are derived from their numbers. */
import { classes } from "../../data/digits.js";
import type { MaskCounts } from "./classifiers.js";
import { bestEpoch, lastOf, percent, total } from "./course.js";
import type { Course } from "./run.js";
import type { Choice } from "./settings.js";

/** Accuracies that are closer to each other than this, in points, count as equal: about two standard errors of 1,797 test digits. */
const tie = 1.4;

const share = (part: number, whole: number) => (whole === 0 ? "none" : `${Math.round((100 * part) / whole)} %`);

function explainCounts({ masked, wrong, wrongMasked }: MaskCounts): string {
  if (masked === 0) return "masks nothing";
  if (wrong === 0) return `masks ${masked} samples, whose labels are right`;
  return `masks ${masked} samples, of which ${share(wrongMasked, masked)} have wrong labels (precision): ${share(wrongMasked, wrong)} of all wrong labels (recall)`;
}

/** What a z-mask masked, and which classes a network has given up; "" where there is nothing to say. */
export function explainCourse({ masks, end }: Course): string {
  const sentences: string[] = [];
  if (masks.length > 0) {
    sentences.push(`In the last epoch it ${explainCounts(masks[masks.length - 1])}.`);
    if (masks.length > 1) sentences.push(`In all ${masks.length} epochs it ${explainCounts(total(masks))}.`);
  }
  if (end && end.unused > 0) {
    sentences.push(`Gave up on ${end.unused} of the ${classes} classes: it gives them to no test digit.`);
  }
  return sentences.join(" ");
}

const points = (a: number, b: number) => 100 * (a - b);
const list = (courses: readonly Course[], words: (course: Course) => string) =>
  courses.map((course) => `${course.setting.title} (${words(course)})`).join(", ");

/** Cross-entropy first: when it was best, and what it lost. */
function decline(course: Course): string {
  const [best, last] = [course.accuracies[bestEpoch(course)], lastOf(course)];
  const lost = points(best, last);
  const learnt =
    course.end && course.end.memorized > 0
      ? `, and gives ${share(course.end.memorized, 1)} of the wrong labels itself`
      : "";
  if (lost < tie) return `Cross-entropy ends at ${percent(last)} %, near its best (${percent(best)} %)${learnt}.`;
  return `Cross-entropy is best after epoch ${bestEpoch(course)}, at ${percent(best)} %, and ends at ${percent(last)} %${learnt}.`;
}

/** Who ends above it, who does not. */
function comparison(reference: Course, others: readonly Course[]): string[] {
  const gain = (course: Course) => points(lastOf(course), lastOf(reference));
  const signed = (course: Course) => `${gain(course) > 0 ? "+" : ""}${gain(course).toFixed(1)}`;
  const sorted = [...others].sort((a, b) => gain(b) - gain(a));
  const above = sorted.filter((course) => gain(course) >= tie);
  const level = sorted.filter((course) => Math.abs(gain(course)) < tie);
  const below = sorted.filter((course) => gain(course) <= -tie);
  const sentences = [
    above.length > 0 && `Above it at the end, in points: ${list(above, signed)}.`,
    level.length > 0 && `Level with it (within ${tie}): ${list(level, signed)}.`,
    below.length > 0 && `Below it: ${list(below, signed)}.`,
  ];
  const best = reference.accuracies[bestEpoch(reference)];
  const better = above.filter((course) => points(lastOf(course), best) >= tie);
  if (above.length > 0) {
    const who = better.length > 0 ? better.map(({ setting }) => setting.title).join(", ") : "none of them";
    sentences.push(`Above the best epoch of cross-entropy, where one would have to know when to stop: ${who}.`);
  }
  return sentences.filter((sentence) => typeof sentence === "string");
}

/** The paragraph beneath the chart. */
export function explain({ noise }: Pick<Choice, "noise">, courses: readonly Course[]): string {
  const reference = courses.find(({ setting }) => setting.name === "ce");
  if (!reference) return "Without cross-entropy there is nothing to compare with.";
  const others = courses.filter((course) => course !== reference);
  const sentences = [decline(reference), ...comparison(reference, others)];
  const helped = others.some((course) => points(lastOf(course), lastOf(reference)) >= tie);
  if (noise === 0) sentences.push("No label is wrong: here robust losses can only cost something.");
  else if (others.length > 0 && !helped) sentences.push("In this training no robust loss helps.");
  return sentences.join(" ");
}

/** One sentence, for those who wait for it. */
export const summarize = (courses: readonly Course[]): string =>
  `Trained. Last accuracy in percent: ${list(courses, (course) => percent(lastOf(course)))}.`;
