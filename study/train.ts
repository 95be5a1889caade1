/** One training: the same network under each of several losses, from the same weights, by the same batches of the same noisy data. */
import { createAdam } from "../demo/lib/adam.js";
import { robustScale } from "../demo/lib/line.js";
import { normal, shuffled } from "../demo/lib/random.js";
import { adamRates } from "../demo/lib/trainer.js";
import { createPlan, type Loss, type Plan } from "../src/index.js";
import type { Contender } from "./losses.js";
import { type Buffers, createPerceptrons, hiddenUnits, parametersOf } from "./perceptrons.js";
import { accuracy, medianError, rootMeanSquare } from "./scores.js";
import type { Task } from "./tasks.js";

export interface Schedule {
  readonly epochs: number;
  /** A multiple of 64 that divides the training samples. */
  readonly batch: number;
  /** Step size of Adam at the start; it falls to 0 in a straight line. */
  readonly rate: number;
  /** Of weights and batches. */
  readonly seed: number;
}

/** What a mask left out over the whole training, in samples, each counted once an epoch. */
export interface MaskCounts {
  masked: number;
  wrong: number;
  wrongMasked: number;
  seen: number;
}

/** After every epoch: accuracies of classes; of regression the median absolute error (noisy validation) and the root mean square (clean test). */
export interface Course {
  readonly contender: Contender;
  readonly validation: number[];
  readonly test: number[];
  readonly mask?: MaskCounts;
}

const { ceil } = Math;
const aligned = (bytes: number) => 256 * ceil(bytes / 256);

/** Weights of deviation sqrt(2 / inputs), as relu wants them; those of constants start at 0 like the biases that they are. */
export function initialWeights({ features, constant }: Task, outputs: number, seed: number): Float32Array<ArrayBuffer> {
  const draw = normal(seed);
  const weights = new Float32Array(parametersOf({ features }));
  const real = features - constant.padding;
  for (let h = 0; h < hiddenUnits - 1; h++)
    for (let f = 0; f < features; f++)
      if (f !== constant.index && f < real) weights[h * features + f] = draw() * Math.sqrt(2 / (real - 1));
  for (let k = 0; k < outputs; k++)
    for (let h = 0; h < hiddenUnits - 1; h++)
      weights[hiddenUnits * (features + k) + h] = draw() * Math.sqrt(2 / (hiddenUnits - 1));
  return weights;
}

export async function train(
  device: GPUDevice,
  task: Task,
  contenders: readonly Contender[],
  schedule: Schedule,
): Promise<Course[]> {
  const { epochs, batch, rate, seed } = schedule;
  const { features, outputs, family, unit = 1 } = task;
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const own: { destroy(): void }[] = [];
  const buffer = (size: number, usage: number) => {
    const created = device.createBuffer({ size: aligned(size), usage });
    own.push(created);
    return created;
  };
  const samples = task.train.targets.length;
  if (samples % batch) throw new Error(`batches of ${batch} must fill ${samples} samples`);
  const batches = samples / batch;
  const count = contenders.length;
  const form = { count, features, outputs };
  const looked = task.validation.targets.length + task.test.targets.length;

  const perNetwork = parametersOf(form);
  const start = initialWeights(task, outputs, seed);
  const parameters = buffer(4 * perNetwork * count, STORAGE | COPY_DST);
  for (let n = 0; n < count; n++) device.queue.writeBuffer(parameters, 4 * perNetwork * n, start);
  const gradients = buffer(4 * perNetwork * count, STORAGE);
  const inputs = buffer(4 * samples * features, STORAGE | COPY_DST);
  const targets = buffer(4 * samples, STORAGE | COPY_DST);
  const results = buffer(4 * count * batch * outputs, STORAGE);
  const slopes = buffer(4 * count * batch * outputs, STORAGE);
  const looks = buffer(4 * count * looked * outputs, STORAGE | COPY_SRC);
  const lookedAt = buffer(4 * looked * features, STORAGE | COPY_DST);
  device.queue.writeBuffer(lookedAt, 0, Float32Array.from([...task.validation.inputs, ...task.test.inputs]));
  const maskedOnes = contenders.filter(({ masks }) => masks);
  const masks = buffer(4 * samples * Math.max(1, maskedOnes.length), STORAGE | COPY_SRC);
  const readBack = buffer(looks.size + masks.size, COPY_DST | MAP_READ);

  const steps = epochs * batches;
  const rates = Array.from({ length: steps }, (_, step) => adamRates({ rate, steps }, step));
  const names = family === "class" ? (["logits", "labels"] as const) : (["predictions", "targets"] as const);
  const planOf = ({ loss, masks }: Contender): Promise<Plan> =>
    createPlan(device, loss(1) as Loss, {
      shape: family === "class" ? [batch, outputs] : [batch],
      outputs: masks ? ["gradient", "mask"] : ["gradient"],
    });
  const [adam, learners, watchers, ...plans] = await Promise.all([
    createAdam(device, parameters, gradients, rates),
    createPerceptrons(device, form, batch),
    createPerceptrons(device, form, looked),
    ...contenders.map(planOf),
  ]);
  own.push(adam, learners, watchers, ...plans);

  const part = (whole: GPUBuffer, index: number, numbers: number) => ({
    buffer: whole,
    offset: 4 * numbers * index,
    size: 4 * numbers,
  });
  const places = Array.from({ length: batches }, (_, b) => {
    const network: Buffers = {
      inputs: part(inputs, b, batch * features),
      parameters: { buffer: parameters },
      outputs: { buffer: results },
      slopes: { buffer: slopes },
      gradients: { buffer: gradients },
    };
    const losses = contenders.map((contender, n) => {
      const at = maskedOnes.indexOf(contender);
      return {
        [names[0]]: part(results, n, batch * outputs),
        [names[1]]: part(targets, b, batch),
        gradient: part(slopes, n, batch * outputs),
        ...(at >= 0 && { mask: part(masks, at * batches + b, batch) }),
      };
    });
    return { network, losses };
  });
  const watched: Buffers = {
    inputs: { buffer: lookedAt },
    parameters: { buffer: parameters },
    outputs: { buffer: looks },
  };

  const courses = contenders.map((contender): Course => {
    const none = { masked: 0, wrong: 0, wrongMasked: 0, seen: 0 };
    return { contender, validation: [], test: [], ...(contender.masks && { mask: none }) };
  });
  try {
    await rescale();
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = shuffled(samples, 1000 * seed + epoch);
      upload(order);
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      places.forEach(({ network, losses }, b) => {
        learners.forward(pass, network);
        plans.forEach((plan, n) => {
          plan.encode(pass, losses[n]);
        });
        learners.backward(pass, network);
        adam.encode(pass, epoch * batches + b);
      });
      const read = await look(encoder, pass, true);
      courses.forEach((course, n) => {
        const [ofValidation, ofTest] = predictionsOf(read.looks, n);
        course.validation.push(
          family === "class"
            ? accuracy(ofValidation, task.validation.targets)
            : unit * medianError(ofValidation, task.validation.targets),
        );
        course.test.push(
          family === "class" ? accuracy(ofTest, task.test.targets) : unit * rootMeanSquare(ofTest, task.test.targets),
        );
        setScale(n, ofValidation);
        if (course.mask) countMask(course.mask, read.masks, maskedOnes.indexOf(course.contender), order);
      });
    }
  } finally {
    for (const one of own) one.destroy();
  }
  return courses;

  function upload(order: readonly number[]): void {
    const sorted = new Float32Array(samples * features);
    order.forEach((i, at) => {
      sorted.set(task.train.inputs.subarray(i * features, (i + 1) * features), at * features);
    });
    const numbers = order.map((i) => task.train.targets[i]);
    device.queue.writeBuffer(inputs, 0, sorted);
    device.queue.writeBuffer(targets, 0, family === "class" ? Int32Array.from(numbers) : Float32Array.from(numbers));
  }

  /** Outputs at validation and test samples, behind what was recorded. */
  async function look(encoder: GPUCommandEncoder, pass: GPUComputePassEncoder, trained: boolean) {
    watchers.forward(pass, watched);
    pass.end();
    encoder.copyBufferToBuffer(looks, 0, readBack, 0, looks.size);
    if (trained) encoder.copyBufferToBuffer(masks, 0, readBack, looks.size, masks.size);
    device.queue.submit([encoder.finish()]);
    await readBack.mapAsync(GPUMapMode.READ);
    const bytes = readBack.getMappedRange().slice(0);
    readBack.unmap();
    return { looks: new Float32Array(bytes, 0, looks.size / 4), masks: new Uint32Array(bytes, looks.size) };
  }

  function predictionsOf(all: Float32Array, network: number) {
    const ends = [0, task.validation.targets.length, looked].map((row) => (network * looked + row) * outputs);
    return [all.subarray(ends[0], ends[1]), all.subarray(ends[1], ends[2])] as const;
  }

  /** Losses with a robust scale take it from the residuals of the validation samples. */
  function setScale(network: number, predictions: Float32Array): void {
    const { scaled, loss } = contenders[network];
    if (!scaled) return;
    const residuals = Array.from(predictions, (p, i) => p - task.validation.targets[i]);
    plans[network].setLoss(loss(Math.max(robustScale(residuals), 1e-6)) as Loss); // a scale of 0 would be no loss
  }

  async function rescale(): Promise<void> {
    if (!contenders.some(({ scaled }) => scaled)) return;
    const encoder = device.createCommandEncoder();
    const { looks: all } = await look(encoder, encoder.beginComputePass(), false);
    contenders.forEach((_, n) => {
      setScale(n, predictionsOf(all, n)[0]);
    });
  }

  function countMask(counts: MaskCounts, all: Uint32Array, index: number, order: readonly number[]): void {
    order.forEach((i, at) => {
      const masked = all[index * samples + at] === 0;
      counts.seen++;
      counts.wrong += task.wrong[i];
      if (!masked) return;
      counts.masked++;
      counts.wrongMasked += task.wrong[i];
    });
  }
}
