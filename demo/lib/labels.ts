/** Where labels of marks go, so that none covers another label or another mark. */
import type { Position } from "./plot.js";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "end" | "middle";
}

/** Of the largest text that a chart has, in narrow windows: what does not collide there, does not in wide ones either. */
const [letter, height] = [13, 20];
/** Half the size of a mark, and its distance to the label. */
const [half, gap] = [8, 11];

const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const within = (a: Box, b: Box) =>
  a.x >= b.x && a.x + a.width <= b.x + b.width && a.y >= b.y && a.y + a.height <= b.y + b.height;

/** Beside the mark, then above and below it: the text's place, and what it covers. */
function candidates([x, y]: Position, text: string): { place: Place; box: Box }[] {
  const width = letter * text.length;
  const at = (place: Place, left: number) => ({ place, box: { x: left, y: place.y - 0.75 * height, width, height } });
  return [
    at({ x: x + gap, y: y + 5, anchor: "start" }, x + gap),
    at({ x: x - gap, y: y + 5, anchor: "end" }, x - gap - width),
    at({ x, y: y - gap, anchor: "middle" }, x - width / 2),
    at({ x, y: y + gap + 0.75 * height, anchor: "middle" }, x - width / 2),
  ];
}

/** One place per mark, undefined where none is free. */
export function placeLabels(
  marks: readonly { readonly at: Position; readonly text: string }[],
  frame: Box,
): (Place | undefined)[] {
  const taken = marks.map(({ at: [x, y] }): Box => ({ x: x - half, y: y - half, width: 2 * half, height: 2 * half }));
  return marks.map(({ at, text }) => {
    const free = candidates(at, text).find(
      ({ box }) => within(box, frame) && !taken.some((other) => overlap(box, other)),
    );
    if (free) taken.push(free.box);
    return free?.place;
  });
}
