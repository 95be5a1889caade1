/** Plans at once: kernels that compile without being waited for, and plans that are kept for the next step. */
import { refuse } from "../errors.js";
import type { Estimator } from "../estimator.js";
import { keyOf } from "../kept.js";
import { describeKernel, type Kernel, kernelFor } from "../pipelines.js";
import { makePlan, type Plan, type PlanOptions } from "../plan.js";
import type { Problem } from "../problem.js";
import { recall } from "../recall.js";
import * as rowShaders from "../rows/shaders.generated.js";
import { submit, type WebgpuBackend } from "./host.js";

/** Of one device. */
interface Kept {
  readonly kernels: Map<string, Kernel>;
  readonly plans: Map<string, Plan>;
  /** By the text of a kernel, why it did not compile; known only later. */
  readonly failures: Map<string, unknown>;
}

const devices = new WeakMap<GPUDevice, Kept>();
const keptFor = (device: GPUDevice): Kept =>
  recall(devices, device, () => ({ kernels: new Map(), plans: new Map(), failures: new Map() }));

/** So many plans of a device; the least recently used one goes first. */
const KEPT_PLANS = 16;

function kernelNow(...given: Parameters<typeof kernelFor>): Kernel {
  const [device, , , code] = given;
  const { kernels, plans, failures } = keptFor(device);
  if (failures.has(code)) throw failures.get(code);
  return recall(kernels, code, () => {
    device.pushErrorScope("validation");
    const [descriptor, layout] = describeKernel(...given);
    const pipeline = device.createComputePipeline(descriptor);
    void device.popErrorScope().then((error) => {
      if (!error) return;
      kernels.delete(code);
      plans.clear();
      failures.set(code, error);
      // Compiled once more, it says what is wrong.
      kernelFor(...given).catch((reason) => failures.set(code, reason));
    });
    return { pipeline, layout };
  });
}

let selection: Estimator | undefined;

/** Loads the kernels that select medians and cutoffs. */
export async function loadSelection(): Promise<void> {
  selection = await import("../selection/estimator.js");
}

/** The plan for a structure of losses and options, made at once. The rows of `options` are a capacity. */
export function planNow(backend: WebgpuBackend, problem: Problem, options: PlanOptions): Plan {
  const { device } = backend;
  return recall(
    keptFor(device).plans,
    keyOf(problem, options),
    (old) => {
      if (old) {
        submit(backend); // what is recorded with its buffers
        old.destroy();
      }
      const selectionNow = (): Estimator =>
        selection ??
        refuse("unsupported", problem.subject, "ready() must come before the first call", "none", "Await it.");
      const making = makePlan(device, problem.loss, options, kernelNow, selectionNow, () => rowShaders);
      let step = making.next([]);
      // The one promise: subgroups are looked at once per device. Until then, shared memory does it as well.
      while (!step.done) step = making.next(step.value.map((value) => (value instanceof Promise ? 1 : value)));
      return step.value;
    },
    KEPT_PLANS,
  );
}
