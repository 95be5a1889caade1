// The ledger against counting on the CPU, from the masks of real plans.
import { describe, expect, it } from "vitest";
import { createLedger, createPlan, evaluate, type LedgerEntry, LossError, ledgerCSV, zmse } from "../src/index.js";
import { random, regressionData } from "./support/data.js";
import { requestTestDevice } from "./support/device.js";
import { storageBuffer } from "./support/plan.js";

const { device } = await requestTestDevice();

function idBuffer(ids: ArrayLike<number>): GPUBuffer {
  const buffer = storageBuffer(device, 4 * ids.length);
  device.queue.writeBuffer(buffer, 0, Uint32Array.from(ids));
  return buffer;
}

describe("the ledger", () => {
  it("counts batches of a plan, ids that come twice included, in one read-back", async () => {
    const [capacity, batch, batches] = [500, 96, 12];
    const plan = await createPlan(device, zmse(), { shape: [batch], outputs: ["z", "mask"], nonFinite: "omit" });
    const ledger = await createLedger(device, { capacity });
    const z = storageBuffer(device, 4 * batch);
    const mask = storageBuffer(device, 4 * batch);
    const next = random(5);
    const expected = new Map<number, { scored: number; masked: number; sum: number }>();
    const inputs: GPUBuffer[] = [];
    for (let b = 0; b < batches; b++) {
      const data = regressionData(batch, b);
      data.predictions[7] = Number.NaN; // omitted, so not scored
      const ids = Array.from({ length: batch }, () => Math.floor(next() * capacity));
      ids[1] = ids[0];
      const reference = evaluate(zmse(), data, { nonFinite: "omit" });
      for (const [i, id] of ids.entries()) {
        if (i === 7) continue;
        const entry = expected.get(id) ?? { scored: 0, masked: 0, sum: 0 };
        entry.scored += 1;
        entry.masked += 1 - reference.mask![i];
        entry.sum += Math.abs(reference.z![i]);
        expected.set(id, entry);
      }
      const predictions = storageBuffer(device, data.predictions);
      const targets = storageBuffer(device, data.targets);
      const idsBuffer = idBuffer(ids);
      inputs.push(predictions, targets, idsBuffer);
      const encoder = device.createCommandEncoder();
      plan.encode(encoder, { predictions, targets, z, mask });
      ledger.encode(encoder, { ids: idsBuffer, z, mask }, { samples: batch });
      device.queue.submit([encoder.finish()]);
    }
    const entries = await ledger.read();
    expect(entries.length).toBe(expected.size);
    for (const { id, scored, masked, meanAbsoluteZ } of entries) {
      const wanted = expected.get(id)!;
      expect([id, scored, masked]).toEqual([id, wanted.scored, wanted.masked]);
      expect(Math.abs(meanAbsoluteZ - wanted.sum / wanted.scored)).toBeLessThan(1 / 1024 + 1e-4);
    }
    const order = (a: LedgerEntry, b: LedgerEntry) =>
      b.share - a.share || b.meanAbsoluteZ - a.meanAbsoluteZ || a.id - b.id;
    expect(entries).toEqual([...entries].sort(order));
    expect(entries.some(({ masked }) => masked > 0)).toBe(true);
    expect(await ledger.read({ limit: 3 })).toEqual(entries.slice(0, 3));
    expect((await ledger.read({ minScored: 3 })).every(({ scored }) => scored >= 3)).toBe(true);
    const lines = ledgerCSV(entries).trimEnd().split("\n");
    expect(lines[0]).toBe("id,scored,masked,share,meanAbsoluteZ");
    expect(lines.length).toBe(entries.length + 1);
    expect(lines[1].split(",").map(Number)).toEqual(Object.values(entries[0]));
    ledger.reset();
    expect(await ledger.read()).toEqual([]);
    ledger.destroy();
    ledger.destroy();
    plan.destroy();
    for (const buffer of [...inputs, z, mask]) buffer.destroy();
  });

  it("refuses what it cannot count", async () => {
    const ledger = await createLedger(device, { capacity: 4 });
    const ids = idBuffer([0, 9]);
    const z = storageBuffer(device, [0.5, 3]);
    const mask = idBuffer([1, 0]);
    const encoder = device.createCommandEncoder();
    expect(() => ledger.encode(encoder, { ids, z, mask }, { samples: 3 })).toThrow(LossError);
    ledger.encode(encoder, { ids, z, mask }, { samples: 2 });
    device.queue.submit([encoder.finish()]);
    await expect(ledger.read()).rejects.toThrow(/below the capacity 4, got 1 samples/);
    await expect(createLedger(device, { capacity: 0 })).rejects.toThrow(LossError);
    await expect(createLedger(device, { capacity: 1e9 })).rejects.toThrow(/capacity must be at most/);
  });

  it("holds ten million ids within the default limits", async () => {
    const capacity = 10_000_000;
    const ledger = await createLedger(device, { capacity });
    const ids = idBuffer([0, 9_999_999, 9_999_999, 1234]);
    const z = storageBuffer(device, [0.5, 1e9, -2.25, Number.NaN]);
    const mask = idBuffer([1, 0, 0, 0]);
    const encoder = device.createCommandEncoder();
    ledger.encode(encoder, { ids, z, mask }, { samples: 4 });
    device.queue.submit([encoder.finish()]);
    expect(await ledger.read()).toEqual([
      { id: 9_999_999, scored: 2, masked: 2, share: 1, meanAbsoluteZ: (1024 + 2.25) / 2 },
      { id: 0, scored: 1, masked: 0, share: 0, meanAbsoluteZ: 0.5 },
    ]);
    ledger.destroy();
  });
});
