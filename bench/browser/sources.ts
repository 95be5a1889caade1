/** Where a page finds the other libraries: in chunks of their own, loaded only when asked. */
import type { Sources } from "../peers.js";

export const sources: Sources = {
  tf: () => import("@tensorflow/tfjs"),
  tfWebgpu: () => import("@tensorflow/tfjs-backend-webgpu"),
  async tfWasm() {
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    const [plain, simd, threaded] = await Promise.all([
      import("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url"),
      import("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url"),
      import("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url"),
    ]);
    setWasmPaths({
      "tfjs-backend-wasm.wasm": plain.default,
      "tfjs-backend-wasm-simd.wasm": simd.default,
      "tfjs-backend-wasm-threaded-simd.wasm": threaded.default,
    });
  },
  jax: () => import("@jax-js/jax"),
};
