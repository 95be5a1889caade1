/** The GPU's own clock: how long it was from the first to the last command of what is submitted between two marks. */

const clocks = new WeakMap<GPUDevice, GpuClock | undefined>();

export interface GpuClock {
  /** Call them right before the first and right after the last submission. */
  begin(): void;
  end(): void;
  /** Milliseconds between the marks, once the work is done; undefined where the clock makes no sense. */
  read(): Promise<number | undefined>;
}

function createClock(device: GPUDevice): GpuClock {
  const querySet = device.createQuerySet({ type: "timestamp", count: 2 });
  const resolved = device.createBuffer({ size: 16, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  const staging = device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const mark = (writes: Omit<GPUComputePassTimestampWrites, "querySet">): GPUCommandEncoder => {
    const encoder = device.createCommandEncoder();
    encoder.beginComputePass({ timestampWrites: { querySet, ...writes } }).end();
    return encoder;
  };
  return {
    begin() {
      device.queue.submit([mark({ beginningOfPassWriteIndex: 0 }).finish()]);
    },
    end() {
      const encoder = mark({ endOfPassWriteIndex: 1 });
      encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16);
      device.queue.submit([encoder.finish()]);
    },
    async read() {
      await staging.mapAsync(GPUMapMode.READ);
      const [start, stop] = new BigUint64Array(staging.getMappedRange());
      const took = Number(stop - start) / 1e6;
      staging.unmap();
      return took > 0 ? took : undefined; // clocks may be reset between two submissions
    },
  };
}

/** One per device; undefined where the device has no timestamps. */
export function gpuClockOf(device: GPUDevice): GpuClock | undefined {
  if (!clocks.has(device)) {
    clocks.set(device, device.features.has("timestamp-query") ? createClock(device) : undefined);
  }
  return clocks.get(device);
}
