// Other libraries in pages that measure.

/** Packages that such a page loads late: bundled before, or finding them would reload it. */
export const peers = [
  "@jax-js/jax",
  "@tensorflow/tfjs",
  "@tensorflow/tfjs-backend-wasm",
  "@tensorflow/tfjs-backend-webgpu",
];

/** Gives a page fine clocks, and wasm its threads. */
export const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
