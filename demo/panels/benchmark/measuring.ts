/** What a run in this page needs: a device of its own, and other libraries when they are wanted. */
import { sources } from "../../../bench/browser/sources.js";
import { casesFor } from "../../../bench/cases.js";
import { deviceOf } from "../../../bench/device.js";
import { type Extent, paceOf } from "../../../bench/extent.js";
import { instrument } from "../../../bench/instrument.js";
import { machineOf, peerLibraries } from "../../../bench/machine.js";
import { type MeasureOptions, measure } from "../../../bench/measure.js";
import { loadPeers, noPeers, type Peers } from "../../../bench/peers.js";

export interface Choice {
  readonly extent: Extent;
  /** TensorFlow.js and jax-js, which are loaded for it. */
  readonly peers: boolean;
}

/** "Firefox 151.0", from what a browser says of itself; the whole text where it says something else. */
export function browserOf(userAgent: string): string {
  const found = /(Edg|Firefox|Chrome|Version)\/([\d.]+)/; // with HeadlessChrome
  // Edge names Chrome too, and Safari's version stands under "Version".
  const [, name, version] = /\b(Edg)\/([\d.]+)/.exec(userAgent) ?? found.exec(userAgent) ?? [];
  if (!name) return userAgent;
  return `${{ Edg: "Edge", Version: "Safari" }[name] ?? name} ${version}`;
}

interface Opened {
  readonly info: GPUAdapterInfo;
  readonly device: GPUDevice;
  readonly failed: Promise<never>;
}

async function open(): Promise<Opened> {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error("WebGPU finds no adapter on this machine");
  let fail = (_: Error): void => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {}); // whoever measures hears of it
  const device = await deviceOf(adapter, (message) => fail(new Error(message)));
  return { info: adapter.info, device, failed };
}

/** Opened at the first run. TensorFlow.js stays on the device that it is once put on. */
let opened: Promise<Opened> | undefined;
let loaded: Promise<Peers> | undefined;

/** Measures; rejects where WebGPU refuses to do something, and with the signal's reason. */
export async function measureHere(
  { extent, peers: wanted }: Choice,
  options: Pick<MeasureOptions, "onProgress" | "onRows" | "say" | "signal">,
): Promise<void> {
  opened ??= open();
  const { info, device, failed } = await opened;
  const counter = instrument();
  try {
    if (wanted) loaded ??= loadPeers(device, sources, options.say ?? (() => {}));
    const peers = (wanted && (await loaded)) || noPeers;
    const machine = machineOf(info, browserOf(navigator.userAgent), wanted ? peerLibraries : []);
    const environment = { device, peers, pace: paceOf(extent) };
    await Promise.race([measure(casesFor(extent), { ...options, environment, counter, machine }), failed]);
  } finally {
    counter.restore();
  }
}
