// PyTorch as a contender of the benchmark, where a Python has it.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test, vi } from "vitest";
import { classInputs, regressionInputs } from "../bench/inputs.js";
import { openTorch } from "../bench/node/torch.js";
import { makeTask, type Task } from "../bench/task.js";
import { crossEntropy, sgce, zmse } from "../src/index.js";
import { skip } from "./support/device.js";

const root = fileURLToPath(new URL("..", import.meta.url));

afterEach(() => vi.unstubAllEnvs());

const python = process.env.PYTHON ?? "python3";
const { error, status } = spawnSync(python, ["-c", "import torch"], { stdio: "ignore" });
const hasTorch = !error && status === 0;

const tasks: [string, () => Task][] = [
  ["zmse", () => makeTask(zmse(), [5000], regressionInputs(5000))],
  ["cross-entropy", () => makeTask(crossEntropy(), [64, 31], classInputs(64, 31))],
  ["sgce", () => makeTask(sgce({ q: 0.7 }), [64, 31], classInputs(64, 31))],
];

test.for(tasks)("%s of PyTorch is the same loss", { timeout: 120_000 }, async ([, make], context) => {
  if (!hasTorch) skip(context, `${python} has no torch`);
  const torch = await openTorch(root, "cpu");
  try {
    const variant = await torch.variantOf(make(), "eager");
    await variant.run(2);
    expect(await variant.verify()).toBeLessThan(1e-5);
    expect(variant.name).toBe("torch-cpu");
    variant.dispose();
    const wrong = { ...make(), shape: [3, 5] as const };
    await expect(torch.variantOf(wrong, "eager")).rejects.toThrow(/RuntimeError/);
  } finally {
    torch.close();
  }
});

test.each([
  ["no such Python", "/no/such/python", /ENOENT/],
  ["one that ends", "false", /has ended/],
])("%s is an error", async (_, python, message) => {
  vi.stubEnv("PYTHON", python);
  await expect(openTorch(root, "cpu")).rejects.toThrow(message);
});
