// Digits that a test makes itself: the real ones are not in the repository.
import { classes, darkest, type Labelled, side } from "../../demo/data/digits.js";
import { normal, uniform } from "../../demo/lib/random.js";

const pixelsOfDigit = side * side;

/** Ten patterns of random pixels under noise of a deviation, in 16ths; samples of one `pattern` have the same patterns. */
export function patterns(count: number, deviation: number, seed: number, pattern = 1): Labelled {
  const draw = uniform(pattern);
  const means = Array.from({ length: classes * pixelsOfDigit }, () => darkest * draw());
  const noise = normal(seed);
  const labels = Uint8Array.from({ length: count }, (_, i) => (7 * i + seed) % classes);
  const pixels = Uint8Array.from({ length: count * pixelsOfDigit }, (_, at) => {
    const mean = means[labels[Math.floor(at / pixelsOfDigit)] * pixelsOfDigit + (at % pixelsOfDigit)];
    return Math.min(darkest, Math.max(0, Math.round(mean + deviation * noise())));
  });
  return { pixels, labels };
}

/** As UCI writes them. */
export const linesOf = ({ pixels, labels }: Labelled, lineEnd = "\n"): string =>
  Array.from(
    labels,
    (label, i) => [...pixels.subarray(i * pixelsOfDigit, (i + 1) * pixelsOfDigit), label].join() + lineEnd,
  ).join("");
