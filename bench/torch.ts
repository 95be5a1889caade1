/** PyTorch as the cases know it; what starts it is Node's business (bench/node/torch.ts). */
import type { Variant } from "./harness.js";
import type { Task } from "./task.js";

/** As users write the loss, with its gradient by autograd; or by `torch.compile`, in the fastest form. */
export type TorchForm = "eager" | "compiled";
export const torchForms = ["eager", "compiled"] as const;

export interface Torch {
  /** "torch 2.13.0 on cpu" */
  readonly version: string;
  readonly variantOf: (task: Task, form: TorchForm) => Promise<Variant>;
  readonly close: () => void;
}
