/** The GPU engine: one plan per fit, all fits of a step in one pass, one write and one read-back per step. */
import { createPlan, type Loss, type Plan, type PlanOutput } from "../../src/index.js";
import type { Engine, Job, Outcome, Session } from "./engine.js";
import { trainOnGpu } from "./trainer-gpu.js";

interface Slot {
  readonly plan: Plan;
  /** Where each output starts in the results of a step, in bytes. */
  readonly places: Partial<Record<PlanOutput, number>>;
  readonly buffers: Readonly<Record<string, GPUBuffer | { buffer: GPUBuffer; offset: number; size: number }>>;
}

const alignment = 256; // of the parts of a buffer

export async function openGpu(adapter: GPUAdapter): Promise<Engine> {
  const device = await adapter.requestDevice();
  const { vendor, architecture, description } = adapter.info;
  const name = description || [vendor, architecture].filter(Boolean).join(" ") || "no name given";
  return gpuEngine(device, `the GPU, by the library's WebGPU kernels (adapter: ${name})`);
}

export const gpuEngine = (device: GPUDevice, description: string): Engine => ({
  kind: "gpu",
  description,
  device,
  open: (targets, losses) => openSession(device, targets, losses),
  train: (experiment) => trainOnGpu(device, experiment),
});

async function openSession(
  device: GPUDevice,
  targets: Float64Array,
  losses: readonly Loss<"regression">[],
): Promise<Session> {
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const size = 4 * targets.length;
  const stride = Math.ceil(size / alignment) * alignment;
  const own: GPUBuffer[] = [];
  const buffer = (size: number, usage: number) => {
    const created = device.createBuffer({ size, usage });
    own.push(created);
    return created;
  };
  const outputsOf = (loss: Loss): PlanOutput[] =>
    "base" in loss ? ["loss", "gradient", "mask", "z"] : ["loss", "gradient"];
  const total = stride * losses.flatMap(outputsOf).length;
  const results = buffer(total, STORAGE | COPY_SRC);
  const readBack = buffer(total, COPY_DST | MAP_READ);
  const shared = buffer(size, STORAGE | COPY_DST);
  device.queue.writeBuffer(shared, 0, Float32Array.from(targets));
  const predictions = buffer(stride * losses.length, STORAGE | COPY_DST);
  const written = new Float32Array((stride / 4) * losses.length);

  let end = 0;
  const slots = await Promise.all(
    losses.map(async (loss, slot): Promise<Slot> => {
      const outputs = outputsOf(loss);
      const places: Slot["places"] = {};
      for (const output of outputs) {
        places[output] = end;
        end += stride;
      }
      const part = (buffer: GPUBuffer, offset: number) => ({ buffer, offset, size: stride });
      return {
        plan: await createPlan(device, loss, { shape: [targets.length], outputs }),
        places,
        buffers: {
          predictions: part(predictions, slot * stride),
          targets: shared,
          ...Object.fromEntries(outputs.map((output) => [output, part(results, places[output] ?? 0)])),
        },
      };
    }),
  );

  async function evaluate(jobs: readonly Job[]): Promise<Outcome[]> {
    for (const { slot, predictions } of jobs) written.set(predictions, (slot * stride) / 4);
    device.queue.writeBuffer(predictions, 0, written);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { slot, loss } of jobs) {
      const { plan, buffers } = slots[slot];
      plan.setLoss(loss); // the threshold or scale of this step: new uniforms, no new shader
      plan.encode(pass, buffers);
    }
    pass.end();
    encoder.copyBufferToBuffer(results, 0, readBack, 0, total);
    device.queue.submit([encoder.finish()]);
    await readBack.mapAsync(GPUMapMode.READ);
    const bytes = readBack.getMappedRange().slice(0);
    readBack.unmap();
    return jobs.map(({ slot }) => {
      const { places } = slots[slot];
      const read = (output: PlanOutput) => {
        const place = places[output];
        if (place === undefined) return undefined;
        const ArrayType = output === "mask" ? Uint32Array : Float32Array;
        return new ArrayType(bytes, place, output === "loss" ? 1 : targets.length);
      };
      return {
        loss: read("loss")?.[0] ?? Number.NaN,
        gradient: read("gradient") ?? [],
        mask: read("mask"),
        z: read("z"),
      };
    });
  }

  return {
    evaluate,
    close() {
      for (const { plan } of slots) plan.destroy();
      for (const created of own) created.destroy();
    },
  };
}
