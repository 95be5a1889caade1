/** The GPU engine: one plan per fit, all fits of a step in one submission, one read-back per step. */
import { createPlan, type Loss, type Plan, type PlanOutput } from "../../src/index.js";
import type { Engine, Job, Outcome, Session } from "./engine.js";
import { trainOnGpu } from "./trainer-gpu.js";

interface Slot {
  readonly plan: Plan;
  readonly outputs: readonly PlanOutput[];
  readonly buffers: Readonly<Record<string, GPUBuffer>>;
}

export async function openGpu(adapter: GPUAdapter): Promise<Engine> {
  const device = await adapter.requestDevice();
  const { vendor, architecture, description } = adapter.info;
  const name = description || [vendor, architecture].filter(Boolean).join(" ") || "no name given";
  return gpuEngine(device, `the GPU, by the library's WebGPU kernels (adapter: ${name})`);
}

export const gpuEngine = (device: GPUDevice, description: string): Engine => ({
  kind: "gpu",
  description,
  open: (targets, losses) => openSession(device, targets, losses),
  train: (experiment) => trainOnGpu(device, experiment),
});

async function openSession(
  device: GPUDevice,
  targets: Float64Array,
  losses: readonly Loss<"regression">[],
): Promise<Session> {
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const points = targets.length;
  const own: GPUBuffer[] = [];
  const buffer = (size: number, usage: number) => {
    const created = device.createBuffer({ size, usage });
    own.push(created);
    return created;
  };
  const sizes: Partial<Record<PlanOutput, number>> = { loss: 4, gradient: 4 * points, mask: 4 * points, z: 4 * points };

  const shared = buffer(4 * points, STORAGE | COPY_DST);
  device.queue.writeBuffer(shared, 0, Float32Array.from(targets));
  const slots = await Promise.all(
    losses.map(async (loss): Promise<Slot> => {
      const outputs: PlanOutput[] = "base" in loss ? ["loss", "gradient", "mask", "z"] : ["loss", "gradient"];
      const written = outputs.map((output) => [output, buffer(sizes[output] ?? 0, STORAGE | COPY_SRC)] as const);
      const predictions = buffer(4 * points, STORAGE | COPY_DST);
      return {
        plan: await createPlan(device, loss, { shape: [points], outputs }),
        outputs,
        buffers: { predictions, targets: shared, ...Object.fromEntries(written) },
      };
    }),
  );
  const readBack = buffer(losses.length * (4 + 3 * 4 * points), COPY_DST | MAP_READ);

  /** Records every job, then one copy of all outputs, one after another, for the CPU to read. */
  async function evaluate(jobs: readonly Job[]): Promise<Outcome[]> {
    const encoder = device.createCommandEncoder();
    let end = 0;
    const places = jobs.map(({ slot, loss, predictions }) => {
      const { plan, outputs, buffers } = slots[slot];
      device.queue.writeBuffer(buffers.predictions, 0, Float32Array.from(predictions));
      plan.setLoss(loss); // the threshold or scale of this step: new uniforms, no new shader
      plan.encode(encoder, buffers);
      return outputs.map((output) => {
        const { size } = buffers[output];
        encoder.copyBufferToBuffer(buffers[output], 0, readBack, end, size);
        end += size;
        return { output, start: end - size, length: size / 4 };
      });
    });
    device.queue.submit([encoder.finish()]);
    await readBack.mapAsync(GPUMapMode.READ, 0, end);
    const bytes = readBack.getMappedRange(0, end).slice(0);
    readBack.unmap();
    return places.map((parts) => {
      const read = (name: PlanOutput) => {
        const part = parts.find(({ output }) => output === name);
        if (!part) return undefined;
        const ArrayType = name === "mask" ? Uint32Array : Float32Array;
        return new ArrayType(bytes, part.start, part.length);
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
