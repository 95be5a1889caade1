// The lab's panel on regression: model.fit with kernels of the package against float64, and the form in browsers.
import { expect, it } from "vitest";
import { createControls } from "../demo/panels/regression/controls.js";
import { spoiltLine } from "../demo/panels/regression/data.js";
import { agreementOf } from "../demo/panels/regression/report.js";
import { defaults, everySetting } from "../demo/panels/regression/settings.js";
import { train, trainExactly } from "../demo/panels/regression/train.js";
import { requestTestDevice, runtime, skip } from "./support/device.js";
import { loadTf, useWebgpu } from "./support/tfjs.js";

it("lines on WebGPU end where those of float64 end, with the same masks", async () => {
  const { device } = await requestTestDevice();
  const tf = await loadTf();
  await useWebgpu(tf, device);
  const data = spoiltLine(defaults);
  const settings = everySetting(defaults);
  const fits = await train(tf, data, settings);
  const { holds, text } = agreementOf(fits!, trainExactly(data, settings));
  expect(text).toContain("of 4 lines");
  expect(holds, text).toBe(true);
  expect(tf.memory().numTensors).toBe(0);
});

it("every control has a label and its group a legend, and changes train again", (context) => {
  if (typeof document === "undefined") skip(context, `${runtime} has no pages`);
  let trained = 0;
  const { element, read } = createControls(() => trained++);
  document.body.replaceChildren(element);
  expect(read()).toEqual(defaults);
  for (const control of element.querySelectorAll<HTMLInputElement>("input")) {
    expect([...control.labels!].map((label) => label.textContent!.trim()).join(" ")).toMatch(/\w/);
    expect(control.closest("fieldset")!.querySelector("legend")!.textContent).toMatch(/\w/);
  }
  element.querySelector<HTMLInputElement>('input[value="median"]')!.click();
  const share = element.querySelector<HTMLInputElement>('input[name="share"]')!;
  share.value = "20";
  share.dispatchEvent(new Event("change", { bubbles: true }));
  element.querySelector<HTMLButtonElement>("button")!.click();
  expect(read()).toEqual({ ...defaults, estimator: "median", share: 20 });
  expect(trained).toBe(3);
});
