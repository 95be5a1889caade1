// What goes wrong outside of the library, and what must not pile up or spread: short memory, lost devices, leaks, neighbours.
// LEAK_CYCLES=10000 makes and destroys as many plans.
import { describe, expect, it } from "vitest";
import { createPlan, evaluate, huber, LossError, type Plan, run, squaredError, zmse } from "../src/index.js";
import { expectEqual } from "./support/compare.js";
import { random, regressionData } from "./support/data.js";
import { requestTestDevice, runtime, skip } from "./support/device.js";
import { expectLossError, expectRejected } from "./support/errors.js";
import { environment } from "./support/fuzz.js";
import { expectParity } from "./support/parity.js";
import { readBuffers, storageBuffer } from "./support/plan.js";

const data = regressionData(64);

/** Buffers of a plan of zmse for all of `data`. */
function buffersFor(device: GPUDevice, inputs = data) {
  return {
    predictions: storageBuffer(device, inputs.predictions),
    targets: storageBuffer(device, inputs.targets),
    loss: storageBuffer(device, 4),
    gradient: storageBuffer(device, 4 * inputs.targets.length),
  };
}

function submit(device: GPUDevice, plan: Plan, buffers: ReturnType<typeof buffersFor>): void {
  const encoder = device.createCommandEncoder();
  plan.encode(encoder, buffers);
  device.queue.submit([encoder.finish()]);
}

async function results(device: GPUDevice, buffers: ReturnType<typeof buffersFor>): Promise<Float32Array> {
  const { loss, gradient } = buffers;
  const [a, b] = await readBuffers(
    device,
    [loss, gradient].map((buffer) => ({ buffer, size: buffer.size })),
  );
  return Float32Array.from([...new Float32Array(a), ...new Float32Array(b)]);
}

describe("a device without memory", () => {
  /** Asks for so much in place of every buffer that the driver refuses; undefined where it does not. */
  async function starve(device: GPUDevice): Promise<(() => void) | undefined> {
    const createBuffer = device.createBuffer.bind(device);
    const much = (usage: number) => createBuffer({ size: device.limits.maxBufferSize, usage });
    device.pushErrorScope("out-of-memory");
    const tried = much(GPUBufferUsage.STORAGE);
    const error = await device.popErrorScope();
    tried.destroy();
    if (!error) return undefined;
    Object.defineProperty(device, "createBuffer", {
      configurable: true,
      value: ({ usage }: GPUBufferDescriptor) => much(usage),
    });
    return () => Reflect.deleteProperty(device, "createBuffer");
  }

  it("rejects with what is short, and works again when there is some", async (context) => {
    if (runtime !== "dawn") skip(context, "an allocation that fails at once is known of dawn with SwiftShader only");
    const { adapter } = await requestTestDevice();
    const { maxBufferSize } = adapter.limits;
    const { device, errors } = await requestTestDevice([], { maxBufferSize });
    const plenty = await starve(device);
    if (!plenty) skip(context, `the driver has ${maxBufferSize} bytes to give`);
    await expectRejected(
      () => run(device, squaredError(), data),
      "device",
      /^squaredError: memory must suffice, got: .+\. Split the batch\.$/s,
    );
    const starved = await createPlan(device, huber(), { shape: [64] });
    plenty!();
    const buffers = buffersFor(device);
    starved.encode(device.createCommandEncoder(), buffers);
    // The plan's own buffers are invalid, and so is what binds them. WebGPU reports the cause by itself.
    await expectRejected(() => starved.check(), "buffer", /^huber: .+, got: .*/s);
    starved.destroy();
    expect(errors.splice(0).join("\n")).toMatch(/memory/i);
    expectParity(await run(device, squaredError(), data), evaluate(squaredError(), data), "afterwards");
  });
});

describe("a device that the system takes away", () => {
  it("is refused with its reason, and the next one works", async () => {
    const { device } = await requestTestDevice();
    // No test can crash a driver: the promise by which a browser tells is the test's own.
    let lose: (info: Pick<GPUDeviceLostInfo, "reason" | "message">) => void = () => {};
    Object.defineProperty(device, "lost", { value: new Promise((resolve) => (lose = resolve)) });
    const plan = await createPlan(device, zmse(), { shape: [64] });
    const buffers = buffersFor(device);
    const underway = run(device, zmse(), data);
    lose({ reason: "unknown", message: "the GPU process crashed" });
    const lost = /must be alive, got "lost: the GPU process crashed"\. Request a new one\./;
    await expectRejected(() => underway, "device", lost);
    await expectRejected(() => run(device, zmse(), data), "device", lost);
    await expectRejected(() => createPlan(device, zmse(), { shape: [64] }), "device", lost);
    expectLossError(() => plan.encode(device.createCommandEncoder(), buffers), "device", lost);
    plan.destroy();
    const { device: next } = await requestTestDevice();
    expectParity(await run(next, zmse(), data), evaluate(zmse(), data), "the next device");
  });

  it("in the middle of steps that nobody awaits: no rejection is left unhandled", async () => {
    const { device } = await requestTestDevice();
    const plan = await createPlan(device, zmse(), { shape: [64] });
    const buffers = buffersFor(device);
    for (let step = 0; step < 5; step++) submit(device, plan, buffers);
    device.destroy();
    let thrown = 0;
    for (let step = 0; step < 5; step++) {
      try {
        plan.encode(device.createCommandEncoder(), buffers);
      } catch (error) {
        expect(error).toBeInstanceOf(LossError);
        thrown++;
      }
      await device.lost;
    }
    expect(thrown).toBeGreaterThanOrEqual(4); // the first step may come before anybody is told
    plan.destroy();
  });
});

/** Counts the buffers of a device that are alive. */
function countBuffers(device: GPUDevice): { readonly alive: number; readonly made: number } {
  const alive = new Set<GPUBuffer>();
  let made = 0;
  const createBuffer = device.createBuffer.bind(device);
  Object.defineProperty(device, "createBuffer", {
    value: (descriptor: GPUBufferDescriptor) => {
      const buffer = createBuffer(descriptor);
      const destroy = buffer.destroy.bind(buffer);
      Object.defineProperty(buffer, "destroy", {
        value: () => {
          alive.delete(buffer);
          destroy();
        },
      });
      alive.add(buffer);
      made++;
      return buffer;
    },
  });
  return {
    get alive() {
      return alive.size;
    },
    get made() {
      return made;
    },
  };
}

/** Bytes of the heap that are in use after a collection; undefined where nobody can ask for one. */
async function heapUsed(): Promise<number | undefined> {
  if (runtime !== "dawn") return undefined;
  const [v8, vm] = await Promise.all([import("node:v8"), import("node:vm")]);
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc") as () => void;
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10)); // finalizers are tasks
  }
  return process.memoryUsage().heapUsed;
}

describe("nothing piles up", () => {
  const cycles = Number(environment("LEAK_CYCLES") ?? (runtime === "dawn" ? 1000 : 100));

  it(`${cycles} plans that are made, used and destroyed`, async () => {
    const { device } = await requestTestDevice();
    const buffers = buffersFor(device);
    const count = countBuffers(device);
    const cycle = async () => {
      const plan = await createPlan(device, zmse(), { shape: [64], outputs: ["loss", "gradient"] });
      submit(device, plan, buffers);
      plan.destroy();
      plan.destroy();
    };
    for (let i = 0; i < 50; i++) await cycle();
    await device.queue.onSubmittedWorkDone();
    const before = await heapUsed();
    for (let i = 0; i < cycles; i++) {
      await cycle();
      expect(count.alive).toBe(0);
      if (i % 100 === 0) await device.queue.onSubmittedWorkDone();
    }
    await device.queue.onSubmittedWorkDone();
    expect(count.made).toBeGreaterThanOrEqual(cycles);
    const after = await heapUsed();
    // A plan's closures and bind groups are some 10 KB: were one in a hundred kept, it would show at 10,000 cycles.
    if (before !== undefined && after !== undefined) expect(after - before).toBeLessThan(2 ** 20 + 200 * cycles);
    expectParity(
      { ...evaluate(zmse(), data), ...(await run(device, zmse(), data)) } as never,
      evaluate(zmse(), data),
      "afterwards",
    );
  });

  it("one plan for batches of other buffers every time", async () => {
    const { device } = await requestTestDevice();
    const plan = await createPlan(device, zmse(), { shape: [64] });
    const count = countBuffers(device);
    for (let i = 0; i < 50; i++) {
      const buffers = buffersFor(device);
      submit(device, plan, buffers);
      for (const buffer of Object.values(buffers)) buffer.destroy();
    }
    // What a plan owns is made with its first call.
    expect(count.alive).toBeLessThanOrEqual(2);
    plan.destroy();
    expect(count.alive).toBe(0);
  });

  it("`run` for ever other shapes keeps a few plans", async () => {
    const { device } = await requestTestDevice();
    const count = countBuffers(device);
    const sizes = Array.from({ length: 24 }, (_, i) => 5 + i);
    let most = 0;
    for (const n of sizes) {
      await run(device, zmse(), regressionData(n), { outputs: ["loss"] });
      most = Math.max(most, count.alive);
    }
    await new Promise((resolve) => setTimeout(resolve, 0)); // old plans go when their last call has
    expect(count.alive).toBeLessThanOrEqual(most);
    expect(count.alive).toBeLessThan(3 * 9);
  });
});

it("plans and devices that take turns do not disturb each other", async () => {
  const devices = await Promise.all([requestTestDevice(), requestTestDevice()]);
  const losses = [zmse({ threshold: 1.5 }), zmse({ threshold: 3 })];
  const all = await Promise.all(
    devices.flatMap(({ device }, d) =>
      losses.map(async (loss, l) => {
        const inputs = regressionData(64, 1 + 2 * d + l);
        const plan = await createPlan(device, loss, { shape: [64] });
        const [alone, shared] = [buffersFor(device, inputs), buffersFor(device, inputs)];
        submit(device, plan, alone);
        return { device, plan, loss, inputs, shared, expected: await results(device, alone) };
      }),
    ),
  );
  const next = random(3);
  for (let round = 0; round < 20; round++) {
    const { device, plan, shared } = all[Math.floor(all.length * next())];
    submit(device, plan, shared);
  }
  for (const { device, plan, shared } of all) submit(device, plan, shared);
  // One goes: the others stay.
  all[0].plan.destroy();
  for (const { device, plan, shared, expected, loss, inputs } of all) {
    expectEqual(await results(device, shared), expected, JSON.stringify(loss));
    const [mean] = expected;
    expect(mean).toBeCloseTo(evaluate(loss, inputs).loss as number, 3);
    plan.destroy();
  }
});
