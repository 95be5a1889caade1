// The WGSL of a loss, without a GPU.
import type { Loss, PlanOptions } from "../../src/index.js";
import { makePlan } from "../../src/plan.js";

/** As much of a device as plans look at before they compile. */
const device = {
  createComputePipelineAsync() {},
  lost: new Promise(() => {}),
  features: new Set(),
  limits: {
    maxStorageBufferBindingSize: 2 ** 27,
    maxComputeInvocationsPerWorkgroup: 256,
    maxStorageBuffersPerShaderStage: 8,
  },
} as unknown as GPUDevice;

/** Everything that a plan would compile. */
export async function kernelTexts(loss: Loss, options: PlanOptions): Promise<string[]> {
  const texts: string[] = [];
  const making = makePlan(device, loss, options, (...[, , , code]) => {
    texts.push(code);
    return Promise.reject(new Error("no GPU")); // there is nothing to wait for
  });
  let step = making.next([]);
  while (!step.done && texts.length === 0) step = making.next(await Promise.all(step.value));
  for (const kernel of step.done ? [] : step.value) (kernel as Promise<never>).catch(() => {});
  return texts;
}
