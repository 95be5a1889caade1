/** The device that is measured: the adapter's largest buffers, its clock, and no other feature. */
export async function deviceOf(adapter: GPUAdapter, onError: (message: string) => void): Promise<GPUDevice> {
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
    requiredFeatures: adapter.features.has("timestamp-query") ? ["timestamp-query"] : [],
  });
  device.addEventListener("uncapturederror", (event) => onError((event as GPUUncapturedErrorEvent).error.message));
  return device;
}
