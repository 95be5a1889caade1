// The lab: `npm start` serves demo/, `npx vite build` makes a static page of it in demo/dist.
import { defineConfig } from "vite";
import { digitsPlugin } from "./demo/server/plugin.js";
import { isolation, peers } from "./scripts/lib/peers.mjs";

export default defineConfig({
  root: "demo",
  base: "./", // the built page works from any folder
  plugins: [digitsPlugin()],
  server: { host: "127.0.0.1", headers: isolation }, // WebGPU needs a secure context, which localhost is
  // Found only when the benchmark starts, they would reload the page.
  optimizeDeps: { include: [...peers, "@observablehq/plot"] },
  build: { outDir: "dist", emptyOutDir: true, target: "es2022" },
});
