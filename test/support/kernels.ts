// A plan without a GPU: what it would compile.
import type { Loss, PlanOptions } from "../../src/index.js";
import { makePlan } from "../../src/plan.js";

/** As much of a device as plans use before anything is recorded. */
const device = {
  createComputePipelineAsync() {},
  lost: new Promise(() => {}),
  features: new Set(),
  limits: {
    maxStorageBufferBindingSize: 2 ** 27,
    maxComputeInvocationsPerWorkgroup: 256,
    maxStorageBuffersPerShaderStage: 8,
  },
  createBuffer: () => ({}),
} as unknown as GPUDevice;

/** The WGSL of every kernel of a plan. */
export async function kernelTexts(loss: Loss, options: PlanOptions): Promise<string[]> {
  const texts: string[] = [];
  const making = makePlan(device, loss, options, (...[, , , code]) => {
    texts.push(code);
    return {} as never;
  });
  let step = making.next([]);
  while (!step.done) step = making.next(await Promise.all(step.value));
  return texts;
}
