/** Training on the GPU: data, parameters, gradients and the update stay there, and only looks are read back. */
import { createNetworkPlan, type NetworkBuffers } from "../../src/index.js";
import { createAdam } from "./adam.js";
import { adamRates, type Experiment, initialParameters, type Trainer } from "./trainer.js";

/** Parts of a buffer start at multiples of this. */
const alignment = 256;
const aligned = (bytes: number) => alignment * Math.ceil(bytes / alignment);

export async function trainOnGpu(device: GPUDevice, experiment: Experiment): Promise<Trainer> {
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const { units, activation, candidates, points, steps } = experiment;
  const own: GPUBuffer[] = [];
  const buffer = (size: number, usage: number) => {
    const created = device.createBuffer({ size, usage });
    own.push(created);
    return created;
  };
  const uploads = new Map<Float64Array, GPUBuffer>();
  const upload = (numbers: Float64Array) => {
    const known = uploads.get(numbers);
    if (known) return known;
    const created = buffer(4 * numbers.length, STORAGE | COPY_DST);
    device.queue.writeBuffer(created, 0, Float32Array.from(numbers));
    uploads.set(numbers, created);
    return created;
  };
  /** One buffer with a part for every candidate, each as long as its numbers and padding; and the parts. */
  const shared = (numbers: number) => {
    const size = aligned(4 * numbers);
    const whole = buffer(size * candidates.length, STORAGE | COPY_SRC | COPY_DST);
    const parts = candidates.map((_, i) => ({ buffer: whole, offset: i * size, size: 4 * numbers }));
    return { whole, parts, stride: size / 4, numbers };
  };

  const start = initialParameters(experiment);
  const count = points.length / units[0];
  const parameters = shared(start.length);
  const gradients = shared(start.length);
  const losses = shared(1);
  const predictions = shared(count);
  const slopes = shared(points.length);
  for (const { offset } of parameters.parts) device.queue.writeBuffer(parameters.whole, offset, start);

  const rates = Array.from({ length: steps }, (_, step) => adamRates(experiment, step));
  const [adam, probe, ...plans] = await Promise.all([
    createAdam(device, parameters.whole, gradients.whole, rates),
    createNetworkPlan(device, undefined, { units, activation, batch: count, outputs: ["predictions", "slopes"] }),
    ...candidates.map(({ loss, training, targets }) =>
      createNetworkPlan(device, loss, { units, activation, batch: targets.length, ...(training && { training }) }),
    ),
  ]);
  const buffers = candidates.map(
    ({ inputs, targets }, i): NetworkBuffers => ({
      parameters: parameters.parts[i],
      inputs: upload(inputs),
      targets: upload(targets),
      loss: losses.parts[i],
      parameterGradients: gradients.parts[i],
    }),
  );
  const probed = candidates.map(
    (_, i): NetworkBuffers => ({
      parameters: parameters.parts[i],
      inputs: upload(points),
      predictions: predictions.parts[i],
      slopes: slopes.parts[i],
    }),
  );

  /** Records something, and reads the parts of shared buffers behind it. */
  async function readBehind(record: (pass: GPUComputePassEncoder) => void, sources: (typeof losses)[]) {
    const size = sources.reduce((sum, { whole }) => sum + whole.size, 0);
    const readBack = device.createBuffer({ size, usage: COPY_DST | MAP_READ });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    record(pass);
    pass.end();
    let end = 0;
    const places = sources.map(({ whole, stride, numbers }) => {
      encoder.copyBufferToBuffer(whole, 0, readBack, end, whole.size);
      end += whole.size;
      return { start: (end - whole.size) / 4, stride, numbers };
    });
    device.queue.submit([encoder.finish()]);
    await readBack.mapAsync(GPUMapMode.READ);
    const numbers = new Float32Array(readBack.getMappedRange().slice(0));
    readBack.destroy();
    return candidates.map((_, i) =>
      places.map(({ start, stride, numbers: n }) => numbers.subarray(start + i * stride, start + i * stride + n)),
    );
  }

  let step = 0;
  let closed = false;
  return {
    get step() {
      return step;
    },
    async advance(more) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (const end = Math.min(step + more, steps); step < end; step++) {
        plans.forEach((plan, i) => {
          plan.encode(pass, buffers[i], { step });
        });
        adam.encode(pass, step);
      }
      pass.end();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
    },
    async look() {
      const parts = await readBehind(
        (pass) => {
          for (const each of probed) probe.encode(pass, each);
        },
        [losses, predictions, slopes],
      );
      return parts.map(([[loss], predictions, slopes]) => ({
        loss: step > 0 ? loss : Number.NaN,
        predictions,
        slopes,
      }));
    },
    async audit() {
      const parts = await readBehind(
        (pass) => {
          plans.forEach((plan, i) => {
            plan.encode(pass, buffers[i], { step });
          });
        },
        [parameters, losses, gradients],
      );
      return parts.map(([parameters, [loss], gradients]) => ({ step, parameters, loss, gradients }));
    },
    close() {
      if (closed) return;
      closed = true;
      adam.destroy();
      for (const plan of [probe, ...plans]) plan.destroy();
      for (const created of own) created.destroy();
    },
  };
}
