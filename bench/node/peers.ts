/** Where Node finds the other libraries: their own builds for it, loaded only when asked, for they look for `navigator` at once. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Sources } from "../peers.js";

const require = createRequire(import.meta.url);

export const sources: Sources = {
  tf: async () => require("@tensorflow/tfjs"),
  tfWebgpu: async () => require("@tensorflow/tfjs-backend-webgpu"),
  async tfWasm() {
    const { setWasmPaths } = require("@tensorflow/tfjs-backend-wasm");
    setWasmPaths(join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm")), "/"));
  },
  jax: () => import("@jax-js/jax"),
};
