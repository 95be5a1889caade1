/** A strong hand-written competitor for one loss, z-masked squared error: what somebody builds in two evenings. */
import { isSoftware } from "../adapter.js";
import commonWgsl from "./common.wgsl?raw";
import gradientWgsl from "./gradient.wgsl?raw";
import lossWgsl from "./loss.wgsl?raw";
import statisticsWgsl from "./statistics.wgsl?raw";

export interface Cut {
  /** Lanes of a workgroup, a power of two. */
  readonly workgroupSize: number;
  /** Most workgroups that share a pass over the data. */
  readonly mostSlices: number;
  /** Elements that a workgroup should at least have. */
  readonly minElements: number;
}

/** What was best where it was tried; the values for GPUs are customary ones. */
const cuts: Record<"software" | "gpu", Cut> = {
  software: { workgroupSize: 4, mostSlices: 32, minElements: 2048 },
  gpu: { workgroupSize: 256, mostSlices: 1024, minElements: 4096 },
};

export interface Buffers {
  /** Padded to whole vec4s, like the gradient. */
  readonly predictions: GPUBuffer;
  readonly targets: GPUBuffer;
  readonly gradient: GPUBuffer;
  /** Four floats: loss, inliers, gradient scale, 0. */
  readonly result: GPUBuffer;
}

/** Compiles for a number of elements and binds the buffers; the returned function records a step. */
export async function createZmse(
  device: GPUDevice,
  elements: number,
  threshold: number,
  buffers: Buffers,
  override: Partial<Cut> = {},
): Promise<(encoder: GPUCommandEncoder) => void> {
  const cut = { ...cuts[isSoftware(device.adapterInfo) ? "software" : "gpu"], ...override };
  const slices = Math.max(1, Math.min(cut.mostSlices, Math.ceil(elements / cut.minElements)));
  const constants = `const WORKGROUP_SIZE = ${cut.workgroupSize}u;
const SLICES = ${slices}u;
const THRESHOLD = f32(${threshold});
const N = ${elements}u;
`;
  const scratch = (size: number) => device.createBuffer({ size, usage: GPUBufferUsage.STORAGE });
  const { predictions, targets, gradient, result } = buffers;
  const all = [predictions, targets, scratch(16 * slices), scratch(16), scratch(16 * slices), result, gradient];

  const step = async (wgsl: string, entryPoint: string, workgroups: number, ...bindings: number[]) => {
    const module = device.createShaderModule({ code: constants + commonWgsl + wgsl });
    const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module, entryPoint } });
    const entries = bindings.map((binding) => ({ binding, resource: { buffer: all[binding] } }));
    return { pipeline, workgroups, group: device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }) };
  };
  const steps = await Promise.all([
    step(statisticsWgsl, "accumulate", slices, 0, 1, 2),
    step(statisticsWgsl, "merge_moments", 1, 2, 3),
    step(lossWgsl, "sum_losses", slices, 0, 1, 3, 4),
    step(lossWgsl, "merge_sums", 1, 4, 5),
    step(gradientWgsl, "differentiate", slices, 0, 1, 3, 5, 6),
  ]);
  return (encoder) => {
    const pass = encoder.beginComputePass();
    for (const { pipeline, workgroups, group } of steps) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(workgroups);
    }
    pass.end();
  };
}
