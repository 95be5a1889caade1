/** Numbers before and after, one pair per row: a hollow dot, a filled diamond, and a line between them. */
import { type Area, areas, picture, text, ticks } from "./axes.js";
import { svg } from "./dom.js";

export interface Pair {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  /** The row that this is about. */
  readonly chosen: boolean;
}

export interface DumbbellOptions {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly xLabel: string;
}

const area: Area = { ...areas.low, left: 160 }; // names stand on the left

const diamond = (x: number, y: number) => `M${x - 7} ${y}L${x} ${y - 7}L${x + 7} ${y}L${x} ${y + 7}Z`;

export function createDumbbells(options: DumbbellOptions) {
  const { xLabel } = options;
  const { left, right, top, bottom } = area;
  const content = svg("g", { "aria-hidden": "true" });
  const element = picture(area, options, content);
  return {
    element,
    /** `goal` is where a dashed line stands. */
    draw(pairs: readonly Pair[], goal: number): void {
      const high = 1.08 * Math.max(goal, ...pairs.flatMap(({ before, after }) => [before, after]));
      const px = (value: number) => left + (value / high) * (right - left);
      const py = (row: number) => top + ((row + 0.5) / pairs.length) * (bottom - top);
      const grid = ticks(0, high).flatMap((value) => [
        svg("line", { class: "grid", x1: px(value), x2: px(value), y1: top, y2: bottom }),
        text(px(value), bottom + 18, "middle", String(value)),
      ]);
      const rows = pairs.map(({ name, before, after, chosen }, row) => {
        const y = py(row);
        return svg(
          "g",
          {},
          text(left - 10, y + 4, "end", name, chosen ? "tick chosen" : "tick"),
          svg("line", { class: "change", x1: px(before), x2: px(after), y1: y, y2: y }),
          svg("circle", { class: "before", cx: px(before), cy: y, r: 6 }),
          svg("path", { class: "after", d: diamond(px(after), y) }),
        );
      });
      content.replaceChildren(
        ...grid,
        text((left + right) / 2, area.height - 10, "middle", xLabel, "label"),
        svg("line", { class: "goal", x1: px(goal), x2: px(goal), y1: top, y2: bottom }),
        svg("rect", { class: "frame", x: left, y: top, width: right - left, height: bottom - top }),
        ...rows,
      );
    },
  };
}
