/**
 * PyTorch, in a process of its own: the losses of bench/torch, eager and compiled, in turns with all others. Needs a Python that can
 * `import torch`; the environment's PYTHON says which.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { LogitInputs, RegressionInputs } from "../../src/index.js";
import type { Variant } from "../harness.js";
import { checked, drifting, errorOf, exponentOf, maskOf, type Task } from "../task.js";
import type { Torch, TorchForm } from "../torch.js";

type Answer = Record<string, unknown>;

/** Starts it; rejects where it does not start. */
export async function openTorch(root: string, device: "cpu" | "cuda"): Promise<Torch> {
  const python = process.env.PYTHON ?? "python3";
  const child: ChildProcess = spawn(python, [join(root, "bench/torch/peer.py"), device], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const failure = once(child, "error").then(([error]) => Promise.reject(error));
  failure.catch(() => {}); // whoever reads next hears of it
  const read = async (): Promise<Answer> => {
    const { done, value } = await Promise.race([lines.next(), failure]);
    if (done) throw new Error(`${python} has ended`);
    const answer = JSON.parse(value) as Answer;
    if (answer.error) throw new Error(`${answer.error}`);
    return answer;
  };
  /** Orders wait for each other: there is one answer to each, in turn. */
  let last: Promise<unknown> = Promise.resolve();
  const order = (what: object): Promise<Answer> => {
    const next = last.then(() => {
      child.stdin!.write(`${JSON.stringify(what)}\n`);
      return read();
    });
    last = next.catch(() => {});
    return next;
  };
  const about = await read();
  const folder = mkdtempSync(join(tmpdir(), "torch-peer-"));
  let made = 0;

  const variantOf = async (task: Task, form: TorchForm): Promise<Variant> => {
    const { loss, shape, inputs } = task;
    const id = made++;
    const name = `torch-${device}${form === "compiled" ? " compiled" : ""}`;
    const { predictions, targets, logits, labels } = inputs as Partial<RegressionInputs & LogitInputs>;
    const files = [predictions ?? logits, targets ?? labels].map((data, i) => {
      const file = join(folder, `${id}-${i}`);
      writeFileSync(file, data as Float32Array | Int32Array);
      return file;
    });
    const threshold = maskOf(loss)?.threshold;
    const q = exponentOf(loss);
    await order({
      make: id,
      loss: threshold !== undefined ? "zmse" : q !== undefined ? "sgce" : "cross-entropy",
      parameters: { threshold, q },
      shape,
      files,
      compiled: form === "compiled",
    });
    let gpuTime: number | undefined;
    return {
      name,
      async run(steps) {
        gpuTime = (await order({ run: id, steps })).milliseconds as number | undefined;
      },
      gpuTime: () => gpuTime,
      async verify() {
        const into = join(folder, `${id}-gradient`);
        const answer = await order({ verify: id, into });
        const { buffer, byteOffset, byteLength } = readFileSync(into);
        const gradient = new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
        return checked(name, errorOf(answer.loss as number, gradient, task, drifting), drifting);
      },
      dispose() {
        void order({ drop: id }).catch(() => {});
      },
    };
  };
  return {
    version: `torch ${about.torch} on ${about.device}`,
    variantOf,
    close() {
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
