// The lab's form, in browsers: the estimator of the z-mask by mouse and keyboard, named for those who hear it.
import { expect, it } from "vitest";
import { createControls } from "../demo/panels/outliers/controls.js";
import { runtime, skip } from "./support/device.js";

function open() {
  const calls: string[] = [];
  const { element, read } = createControls(
    () => calls.push("train"),
    () => calls.push("focus"),
  );
  document.body.replaceChildren(element);
  const radio = (name: string, value: string) =>
    element.querySelector<HTMLInputElement>(`input[name="${name}"][value="${value}"]`)!;
  return { calls, element, read, radio };
}

it("choosing an estimator marks its points, without training again", (context) => {
  if (typeof document === "undefined") skip(context, `${runtime} has no pages`);
  const { calls, read, radio } = open();
  expect(read()).toMatchObject({ focus: "moments", statistic: "error", threshold: 2, annealed: false });
  radio("estimator", "median").click();
  expect(read().focus).toBe("median");
  radio("focus", "tukey").click();
  expect(read().focus).toBe("tukey");
  radio("estimator", "moments").click(); // and back from another loss
  expect([read().focus, radio("focus", "masked").checked]).toEqual(["moments", true]);
  expect(calls).toEqual(["focus", "focus", "focus"]);
  radio("statistic", "loss").click();
  expect([read().statistic, calls.at(-1)]).toEqual(["loss", "train"]);
});

it("every control has a label and its group a legend, and is reached by keyboard", (context) => {
  if (typeof document === "undefined") skip(context, `${runtime} has no pages`);
  const { element, radio } = open();
  for (const control of element.querySelectorAll<HTMLInputElement>("input, select")) {
    expect([...control.labels!].map((label) => label.textContent!.trim()).join(" ")).toMatch(/\w/);
    expect(control.closest("fieldset")!.querySelector("legend")!.textContent).toMatch(/\w/);
    expect(control.tabIndex).toBe(0);
  }
  expect(radio("estimator", "median").labels![0].textContent).toContain("median and 1.4826 MAD (ours)");
  expect(radio("estimator", "median").closest("fieldset")!.textContent).toContain("Estimator of the z-mask");
  radio("estimator", "median").focus();
  expect(document.activeElement).toBe(radio("estimator", "median"));
});
