// The lab: `npm start` serves demo/, `npx vite build` makes a static page of it in demo/dist.
import { defineConfig } from "vite";
import { digitsPlugin } from "./demo/server/plugin.js";

export default defineConfig({
  root: "demo",
  base: "./", // the built page works from any folder
  plugins: [digitsPlugin()],
  // Loaded on demand; found only then, they would reload the page.
  optimizeDeps: { include: ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-webgpu"] },
  server: { host: "127.0.0.1" }, // WebGPU needs a secure context, which localhost is
  build: { outDir: "dist", emptyOutDir: true, target: "es2022" },
});
