// The panel that measures: in browsers.
import { expect, it } from "vitest";
import { cpuEngine, type Engine } from "../demo/lib/engine.js";
import { createBenchmarkPanel } from "../demo/panels/benchmark/index.js";
import { runtime, skip } from "./support/device.js";

const buttonOf = (element: HTMLElement, text: string) =>
  [...element.querySelectorAll("button")].find((button) => button.textContent === text)!;

it("measures when told to, and has something to copy then", async (context) => {
  if (typeof document === "undefined") skip(context, `${runtime} has no pages`);
  const { element, start, report } = createBenchmarkPanel({ kind: "gpu" } as Engine);
  document.body.replaceChildren(element);
  const [measure, cancel, copy] = ["Measure", "Cancel", "Copy as CSV"].map((text) => buttonOf(element, text));
  await start();
  expect(element.querySelectorAll("table").length).toBe(0); // never by itself
  expect([measure.disabled, cancel.disabled, copy.disabled]).toEqual([false, true, true]);
  const { tables } = await report();
  expect(tables.map(({ caption }) => caption)).toEqual(["zmse 1024", "zmse 16384"]);
  expect(element.querySelectorAll("table").length).toBe(2);
  expect(element.querySelectorAll("svg.bench-chart").length).toBeGreaterThan(0);
  expect([measure.disabled, cancel.disabled, copy.disabled]).toEqual([false, true, false]);
});

it("says so where there is nothing to measure", async (context) => {
  if (typeof document === "undefined") skip(context, `${runtime} has no pages`);
  const { element, report } = createBenchmarkPanel(cpuEngine("asked for"));
  expect(element.textContent).toContain("nothing to measure without WebGPU");
  expect(await report()).toEqual({ tables: [] });
});
