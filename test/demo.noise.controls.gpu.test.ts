// The form of the panel on noisy labels, and the digits that a browser draws, in browsers.
import { expect, it } from "vitest";
import { classes, darkest, side } from "../demo/data/digits.js";
import { countDark, drawnDigits } from "../demo/data/glyphs.js";
import { openDigits } from "../demo/data/open-digits.js";
import { createControls } from "../demo/panels/noise/controls.js";
import { defaults, lossNames } from "../demo/panels/noise/settings.js";
import { runtime, skip } from "./support/device.js";

function open() {
  const calls: string[] = [];
  const { element, read } = createControls(
    ["cpu", "webgpu"],
    () => calls.push("train"),
    (paused) => calls.push(paused ? "pause" : "go on"),
  );
  document.body.replaceChildren(element);
  const find = <E extends HTMLElement = HTMLInputElement>(selector: string) => element.querySelector<E>(selector)!;
  const button = (text: string) =>
    [...element.querySelectorAll("button")].find(({ textContent }) => textContent === text)!;
  return { calls, element, read, find, button };
}

const change = (control: HTMLInputElement | HTMLSelectElement, value: string) => {
  control.value = value;
  control.dispatchEvent(new Event("change", { bubbles: true }));
};

it("starts with the defaults, and every change of the form trains", (context) => {
  if (typeof document === "undefined") skip(context, `${runtime} has no pages`);
  const { calls, read, find, button } = open();
  expect(read()).toEqual({ ...defaults, losses: [...lossNames], backend: "cpu" });
  find('[value="asymmetric"]').click();
  change(find('[name="noise"]'), "80");
  find('[value="ce"]').click();
  change(find('[name="threshold"]'), "1.5");
  change(find<HTMLSelectElement>('[name="samples"]') as never, "0");
  change(find('[name="epochs"]'), "32");
  change(find('[name="seed"]'), "7");
  change(find<HTMLSelectElement>('[name="backend"]') as never, "webgpu");
  expect(read()).toEqual({
    ...{ kind: "asymmetric", noise: 80, losses: lossNames.slice(1), threshold: 1.5, samples: 0 },
    ...{ epochs: 32, seed: 7, backend: "webgpu" },
  });
  expect(calls.filter((call) => call === "train").length).toBe(8);
  button("Train again").click();
  expect(calls.at(-1)).toBe("train");
});

it("pauses and goes on, and training again ends a pause", (context) => {
  if (typeof document === "undefined") skip(context, `${runtime} has no pages`);
  const { calls, button } = open();
  const pause = button("Pause");
  pause.click();
  expect([pause.getAttribute("aria-pressed"), calls.at(-1)]).toEqual(["true", "pause"]);
  pause.click();
  expect([pause.getAttribute("aria-pressed"), calls.at(-1)]).toEqual(["false", "go on"]);
  pause.click();
  button("Train again").click();
  expect(pause.getAttribute("aria-pressed")).toBe("false");
  expect(calls.slice(-2)).toEqual(["go on", "train"]);
});

it("a seed that is none does not train", (context) => {
  if (typeof document === "undefined") skip(context, `${runtime} has no pages`);
  const { calls, find } = open();
  change(find('[name="seed"]'), "");
  change(find('[name="seed"]'), "1000");
  expect(calls).toEqual([]);
});

it("every control has a label and its group a legend, and is reached by keyboard", (context) => {
  if (typeof document === "undefined") skip(context, `${runtime} has no pages`);
  const { element } = open();
  const controls = [...element.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select")];
  expect(controls.length).toBe(1 + 2 + 7 + 1 + 4);
  for (const control of controls) {
    expect([...control.labels!].map((label) => label.textContent!.trim()).join(" ")).toMatch(/\w/);
    expect(control.closest("fieldset")!.querySelector("legend")!.textContent).toMatch(/\w/);
    control.focus();
    expect(document.activeElement).toBe(control);
  }
});

it("a page that is served without the handwritten digits draws its own, and says so", async (context) => {
  if (typeof document === "undefined") skip(context, `${runtime} has no pages`);
  const { id, story, train, test } = await openDigits();
  expect(id).toBe("glyphs");
  expect(story).toContain("this page is served without them");
  expect(story).toContain("UCI Machine Learning Repository");
  expect([train.labels.length, test.labels.length]).toEqual([3823, 1797]);
  expect(new Set(train.labels).size).toBe(classes);
  expect(train.pixels.reduce((most, value) => Math.max(most, value), 0)).toBe(darkest);
  expect(test.pixels).not.toEqual(train.pixels.subarray(0, test.pixels.length));
  expect(drawnDigits("again").train).toEqual(train);
});

it("drawn digits can be told apart: the nearest mean of a class is right for most of them", (context) => {
  if (typeof document === "undefined") skip(context, `${runtime} has no pages`);
  const { train, test } = drawnDigits("a test");
  const size = side * side;
  const means = Array.from({ length: classes }, () => new Float64Array(size));
  const counts = new Float64Array(classes);
  train.labels.forEach((label, i) => {
    counts[label]++;
    for (let j = 0; j < size; j++) means[label][j] += train.pixels[i * size + j];
  });
  const distance = (i: number, label: number) =>
    means[label].reduce((sum, total, j) => sum + (test.pixels[i * size + j] - total / counts[label]) ** 2, 0);
  const nearest = (i: number) =>
    Array.from(means.keys()).reduce((best, label) => (distance(i, label) < distance(i, best) ? label : best));
  const right = Array.from(test.labels).filter((label, i) => nearest(i) === label).length;
  expect(right / test.labels.length).toBeGreaterThan(0.7);
});

it("a block counts its dark pixels", () => {
  const data = new Uint8ClampedArray(32 * 32 * 4);
  const darken = (x: number, y: number, alpha: number) => {
    data[4 * (32 * y + x) + 3] = alpha;
  };
  for (const [x, y] of [
    [0, 0],
    [3, 3],
    [4, 0],
    [31, 31],
    [30, 31],
  ])
    darken(x, y, 255);
  darken(1, 1, 100); // less than half covered
  const counted = countDark(data);
  expect([counted[0], counted[1], counted[63]]).toEqual([2, 1, 2]);
  expect(counted.reduce((sum, value) => sum + value, 0)).toBe(5);
});
