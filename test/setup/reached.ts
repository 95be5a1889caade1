// Leaves the WGSL of every pipeline that a test uses in the folder REACHED_FOLDER, for scripts/lib/reached.mjs; without one it does nothing.
import { createHash } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

function recordPipelines(folder: string): void {
  const codes = new WeakMap<GPUShaderModule, string>();
  const kernels = new WeakMap<GPUComputePipeline, string>();
  const { prototype } = GPUDevice;
  const { createShaderModule, createComputePipeline, createComputePipelineAsync } = prototype;
  const describe = ({ module, entryPoint }: GPUProgrammableStage) => `${entryPoint ?? ""}\n${codes.get(module) ?? ""}`;
  prototype.createShaderModule = function (descriptor) {
    const module = createShaderModule.call(this, descriptor);
    codes.set(module, descriptor.code);
    return module;
  };
  prototype.createComputePipeline = function (descriptor) {
    const pipeline = createComputePipeline.call(this, descriptor);
    kernels.set(pipeline, describe(descriptor.compute));
    return pipeline;
  };
  prototype.createComputePipelineAsync = async function (descriptor) {
    const pipeline = await createComputePipelineAsync.call(this, descriptor);
    kernels.set(pipeline, describe(descriptor.compute));
    return pipeline;
  };
  const { setPipeline } = GPUComputePassEncoder.prototype;
  GPUComputePassEncoder.prototype.setPipeline = function (pipeline) {
    const kernel = kernels.get(pipeline);
    kernels.delete(pipeline); // once is enough
    if (kernel) {
      const file = join(folder, createHash("sha1").update(kernel).digest("hex"));
      if (!existsSync(file)) writeFileSync(file, kernel);
    }
    return setPipeline.call(this, pipeline);
  };
}

if (process.env.REACHED_FOLDER) recordPipelines(process.env.REACHED_FOLDER);
