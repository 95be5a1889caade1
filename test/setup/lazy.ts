// Kernels become machine code when a test first dispatches them. A plan compiles for every number of rows up to its capacity, tests
// mostly call it with one, and nearly all of their time goes into compilers. What is never dispatched is validated as WGSL all the same;
// with TESTS=every it is compiled, too.
const { createComputePipeline, createComputePipelineAsync } = GPUDevice.prototype;
const { setPipeline } = GPUComputePassEncoder.prototype;

/** What stands for pipelines, and makes them. */
const waiting = new WeakMap<GPUComputePipeline, () => GPUComputePipeline>();

GPUDevice.prototype.createComputePipelineAsync = async function (descriptor) {
  if (descriptor.layout === "auto") return createComputePipelineAsync.call(this, descriptor); // somebody will ask for the layout
  let made: GPUComputePipeline | undefined;
  const stub = {} as GPUComputePipeline;
  waiting.set(stub, () => (made ??= createComputePipeline.call(this, descriptor)));
  return stub;
};
GPUComputePassEncoder.prototype.setPipeline = function (pipeline) {
  setPipeline.call(this, waiting.get(pipeline)?.() ?? pipeline);
};
