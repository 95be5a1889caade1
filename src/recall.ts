/** The one cache: of plans, kernels, grids and settings. */

/** Anything with keys. */
interface Shelf<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
  delete(key: K): boolean;
}

/**
 * The value of a key, which `make` makes where there is none. A Map with `most` entries first gives up the one that was recalled longest
 * ago, to `make`.
 */
export function recall<K, V>(shelf: Shelf<K, V>, key: K, make: (old?: V) => V, most = Infinity): V {
  let value = shelf.get(key);
  if (value === undefined) {
    const entries = shelf as Map<K, V>;
    const [oldest] = entries.size >= most ? entries : [];
    if (oldest) entries.delete(oldest[0]);
    value = make(oldest?.[1]);
  }
  shelf.delete(key);
  shelf.set(key, value);
  return value;
}
