/** Scores of the same points in rows above one axis: where each row's limits are, and which points lie beyond them. */
import { type Area, picture, text } from "./axes.js";
import { svg } from "./dom.js";
import { crossAt, marker } from "./marks.js";

export interface Strip {
  /** Above the row. */
  readonly title: string;
  /** The class of the line that the scores belong to. */
  readonly line: string;
  /** One per point. */
  readonly scores: ArrayLike<number>;
  readonly masked: readonly number[];
  /** What is above it is beyond; what is below its negative too, if `both`. */
  readonly limit: number;
  readonly both: boolean;
}

export interface StripOptions {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly xLabel: string;
  /** One per point: drawn as a diamond instead of a dot. */
  readonly suspects: readonly boolean[];
  readonly rows: number;
}

const rowHeight = 96;
const pitch = 10; // marks of one level that are closer would overlap
const levels = [0, 1, -1, 2, -2, 3, -3];
const bounds = [1, 10, 100, 1e3, 1e4, 1e5].flatMap((power) => [3 * power, 10 * power]);
const ticks = [0, 1, 2, 5, 10, 100, 1e3, 1e4, 1e5, 1e6].flatMap((value) => (value > 0 ? [-value, value] : [value]));

/** The next round number, so that the axis keeps still while the scores move. */
const bound = (value: number) => bounds.find((limit) => limit >= value) ?? value;

/** Heights at which marks do not cover each other: the nearest free level to the middle of the row. */
export function spread(positions: readonly number[]): number[] {
  const taken: number[][] = levels.map(() => []);
  const heights = positions.map(() => 0);
  const order = positions.map((_, i) => i).sort((a, b) => positions[a] - positions[b]);
  for (const i of order) {
    const free = taken.findIndex((level) => level.every((other) => Math.abs(other - positions[i]) >= pitch));
    const level = Math.max(free, 0);
    taken[level].push(positions[i]);
    heights[i] = levels[level] * pitch;
  }
  return heights;
}

export function createStrips(options: StripOptions) {
  const { suspects, rows, xLabel } = options;
  const [left, right, top] = [32, 608, 4]; // room for half a label on both sides
  const bottom = top + rows * rowHeight;
  const area: Area = { width: 640, height: bottom + 56, left, right, top, bottom };
  const content = svg("g", { "aria-hidden": "true" });
  const element = picture(area, options, content);

  function draw(strips: readonly Strip[]): void {
    const scores = strips.flatMap((strip) => [...Array.from(strip.scores), strip.limit]);
    // Small scores keep their distances, large ones those of their logarithms.
    const [low, high] = [Math.asinh(-bound(-Math.min(-1, ...scores))), Math.asinh(bound(Math.max(...scores)))];
    const px = (value: number) => left + ((Math.asinh(value) - low) / (high - low)) * (right - left);
    const axis = ticks
      .filter((value) => Math.asinh(value) >= low && Math.asinh(value) <= high)
      .flatMap((value) => [
        svg("line", { class: "grid", x1: px(value), x2: px(value), y1: top, y2: bottom }),
        text(px(value), bottom + 18, "middle", String(value)),
      ]);
    const bands = strips.map((strip, row) => drawStrip(strip, px, top + row * rowHeight));
    const label = text((left + right) / 2, area.height - 10, "middle", xLabel, "label");
    content.replaceChildren(...axis, label, ...bands);
  }

  function drawStrip({ title, line, scores, masked, limit, both }: Strip, px: (value: number) => number, y: number) {
    const middle = y + 22 + (rowHeight - 22) / 2;
    const height = rowHeight - 26;
    const beyond = (x1: number, x2: number) =>
      svg("rect", { class: "beyond", x: x1, width: x2 - x1, y: y + 22, height });
    const positions = Array.from(scores, px);
    const heights = spread(positions);
    const at = (i: number) => [positions[i], middle + heights[i]] as const;
    return svg(
      "g",
      {},
      beyond(px(limit), right),
      ...(both ? [beyond(left, px(-limit))] : []),
      text(left, y + 15, "start", title, "label"),
      ...positions.map((_, i) => marker(suspects[i], ...at(i))),
      ...masked.map((i) => crossAt(...at(i), line)),
    );
  }

  return { element, draw };
}
