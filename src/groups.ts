/** Bind groups by the buffers that they bind: checked and made once, then remembered, without keeping the buffers alive. */
import { type BoundBuffer, type BufferBinding, bufferOf, resolveBinding } from "./buffers.js";
import { LossError, refuse, refuseUnknown } from "./errors.js";
import { recall } from "./recall.js";

/** The caller's buffers by name. */
export type Buffers = Readonly<Record<string, BufferBinding | undefined>>;

/** Bind groups of one call: by pass, then by chunk. */
export type CallGroups = readonly (readonly GPUBindGroup[])[];

/** A buffer that the caller has handed over for a port. */
export interface Part<P = string> extends BoundBuffer {
  readonly name: string;
  readonly port: P;
}

/**
 * The groups of a call for buffers and whatever else `key` tells apart; `create` makes new ones. Throws a LossError `buffer` for buffers
 * of another name, missing, smaller than `sizeOf` says, without usage STORAGE, or written where they overlap.
 */
type GroupsFor<P> = (
  buffers: Buffers,
  key: string | number,
  sizeOf: (port: P) => number,
  create: (parts: ReadonlyMap<P, BoundBuffer>) => CallGroups,
) => CallGroups;

type Node = { next: WeakMap<GPUBuffer, Node>; calls: Map<string, CallGroups> };
const newNode = (): Node => ({ next: new WeakMap(), calls: new Map() });

/**
 * A cache for the calls of one plan, which hand over a buffer for each of `ports`, by name. `coincide` is true for two that may be, and
 * are, the same, and throws where they have to be. Returned with it: what rejects if the device has refused a set of buffers since the
 * last check.
 */
export function createGroupCache<P>(
  device: GPUDevice,
  subject: string,
  ports: ReadonlyMap<string, P>,
  isReadOnly: (port: P) => boolean,
  coincide?: (one: Part<P>, other: Part<P>) => boolean,
): readonly [groupsFor: GroupsFor<P>, check: () => Promise<void>] {
  const names = [...ports.keys()];
  const root = newNode();
  let checks: Promise<unknown> = Promise.resolve();
  let failure: LossError | undefined;

  return [
    (buffers, more, sizeOf, create) => {
      if (failure) throw failure;
      const given = buffers ?? {};
      refuseUnknown(given, names, subject, "buffer");
      let node = root;
      let key = `${more}`;
      for (const name of names) {
        const binding = given[name];
        const buffer = bufferOf(binding, name, subject);
        node = recall(node.next, buffer, newNode);
        key += "buffer" in binding! ? ` ${binding.offset}:${binding.size}` : " -";
      }
      const { calls } = node;
      let groups = calls.get(key);
      if (!groups) {
        const parts: Part<P>[] = Array.from(ports, ([name, port]) => ({
          name,
          port,
          ...resolveBinding(given[name], sizeOf(port), name, subject),
        }));
        for (const one of parts) {
          if (isReadOnly(one.port)) continue;
          for (const other of parts) {
            if (other === one || coincide?.(one, other) || other.buffer !== one.buffer) continue;
            const reads = isReadOnly(other.port);
            if (reads || (one.offset < other.offset + other.size && other.offset < one.offset + one.size)) {
              const rule = `${one.name} must not ${reads ? "share a buffer with" : "overlap"} ${other.name}`;
              refuse("buffer", subject, rule, [one.offset, other.offset], "Use another.");
            }
          }
        }
        device.pushErrorScope("validation");
        groups = create(new Map(parts.map((part) => [part.port, part])));
        calls.set(key, groups);
        const scope = device.popErrorScope();
        checks = Promise.all([checks, scope]).then(([, error]) => {
          if (error) {
            const text = `${subject}: buffers must belong to the plan's device, got: ${error.message}. Use others.`;
            failure ??= new LossError("buffer", text);
            calls.delete(key);
          }
        });
        checks.catch(() => {});
      }
      return groups;
    },
    async () => {
      await checks;
      const error = failure;
      failure = undefined; // other buffers may do
      if (error) throw error;
    },
  ];
}
