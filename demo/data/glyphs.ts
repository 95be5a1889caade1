/** Digits in the fonts of this machine, turned, moved and resized, in place of handwritten ones. */
import { uniform } from "../lib/random.js";
import { citation, classes, type Digits, type Labelled, side } from "./digits.js";

/** As many as there are handwritten ones. */
const counts = { train: 3823, test: 1797 };
/** Bitmaps are reduced as the handwritten digits were: four by four pixels become one number. */
const block = 4;
const width = side * block;

const fonts = ["serif", "sans-serif", "monospace", "cursive"];
const styles = ["", "bold", "italic", "italic bold"];

/** Draws digits on one canvas; the same seed gives the same ones, as far as the fonts are the same. */
function draw(count: number, seed: number): Labelled {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height: width });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser has no canvas to draw digits on");
  Object.assign(context, { textAlign: "center", textBaseline: "middle", fillStyle: "black" });
  const next = uniform(seed);
  const between = (low: number, high: number) => low + (high - low) * next();
  const one = <T>(choices: readonly T[]): T => choices[Math.floor(next() * choices.length)];

  const labels = new Uint8Array(count);
  const pixels = new Uint8Array(count * side * side);
  for (let i = 0; i < count; i++) {
    labels[i] = Math.floor(next() * classes);
    context.resetTransform();
    context.clearRect(0, 0, width, width);
    context.translate(width / 2 + between(-2, 2), width / 2 + between(-2, 2));
    context.rotate(between(-0.2, 0.2));
    context.scale(between(0.85, 1.15), 1);
    context.font = `${one(styles)} ${between(30, 38).toFixed(1)}px ${one(fonts)}`;
    context.fillText(String(labels[i]), 0, 0);
    pixels.set(countDark(context.getImageData(0, 0, width, width).data), i * side * side);
  }
  return { pixels, labels };
}

/** How many of the 16 pixels of every block are more than half covered; `data` is RGBA. */
export function countDark(data: Uint8ClampedArray): Uint8Array {
  const counted = new Uint8Array(side * side);
  for (let at = 0; at < width * width; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    if (data[4 * at + 3] > 127) counted[Math.floor(y / block) * side + Math.floor(x / block)]++;
  }
  return counted;
}

/** @param reason why there are no handwritten ones. */
export const drawnDigits = (reason: string): Digits => ({
  id: "glyphs",
  train: draw(counts.train, 1),
  test: draw(counts.test, 2),
  story: `Digits that this browser has drawn, in its fonts, turned, moved and resized, ${counts.train} to train with and ${counts.test} to test. They stand in for ${citation}: ${reason}.`,
});
