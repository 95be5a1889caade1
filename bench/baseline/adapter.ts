/** What baselines are cut for. */
export function isSoftware({ vendor, architecture, device, description }: GPUAdapterInfo): boolean {
  return /swiftshader|llvmpipe|lavapipe/i.test(`${vendor} ${architecture} ${device} ${description}`);
}
