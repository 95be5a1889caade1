/** Kernels that somebody wrote by hand for one loss: the unfused baselines. */
import { createCrossEntropy, crossEntropyCuts } from "./baseline/crossEntropy/crossEntropy.js";
import { createZmse } from "./baseline/zmse/zmse.js";
import { bufferWith, readFloats } from "./buffers.js";
import { type GpuVariant, recordedVariant } from "./harness.js";
import { checked, errorOf, maskOf, type Task } from "./task.js";

/** A baseline: hand-written kernels that leave the loss in `result` and the gradient in `gradient`. */
async function handWritten(
  device: GPUDevice,
  name: string,
  task: Task,
  create: (buffers: Record<string, GPUBuffer>) => Promise<(encoder: GPUCommandEncoder) => void>,
): Promise<GpuVariant> {
  const { gradient } = task.expected;
  const buffers: Record<string, GPUBuffer> = {
    ...Object.fromEntries(Object.entries(task.inputs).map(([key, data]) => [key, bufferWith(device, data)])),
    gradient: bufferWith(device, gradient.length),
    result: bufferWith(device, 4),
  };
  const record = await create(buffers);
  const check = async () => {
    const [value] = await readFloats(device, buffers.result, 1);
    return checked(name, errorOf(value, await readFloats(device, buffers.gradient, gradient.length), task));
  };
  return recordedVariant(device, name, record, check, Object.values(buffers));
}

export const zmseBaselineOf = (device: GPUDevice, task: Task, override: Parameters<typeof createZmse>[4] = {}) =>
  handWritten(device, "baseline", task, (buffers) =>
    createZmse(
      device,
      task.shape[0],
      maskOf(task.loss)!.threshold,
      buffers as unknown as Parameters<typeof createZmse>[3],
      override,
    ),
  );

/** One for every cut that is worth trying on the adapter. */
export function crossEntropyBaselinesOf(device: GPUDevice, task: Task): Promise<GpuVariant[]> {
  const shape = task.shape as readonly [number, number];
  return Promise.all(
    crossEntropyCuts(device.adapterInfo, shape[1]).map((cut) =>
      handWritten(device, `baseline (${cut.lanes} lanes a row)`, task, (buffers) =>
        createCrossEntropy(device, shape, buffers as unknown as Parameters<typeof createCrossEntropy>[2], cut),
      ),
    ),
  );
}
