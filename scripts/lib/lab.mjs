// Serving the lab. Packages are imported only when it is called, see run.mjs.
import { root } from "./run.mjs";

/** @param {{ once?: boolean }} options `once`: for a page that is loaded once; reloading it because a file changes would lose the run. */
export async function serveLab({ once = false } = {}) {
  const { createServer } = await import("vite");
  const server = await createServer({
    root: `${root}/demo`,
    configFile: `${root}/vite.config.ts`,
    logLevel: "warn",
    ...(once && { server: { host: "127.0.0.1", port: 0, hmr: false, watch: null } }),
  });
  await server.listen();
  return { url: server.resolvedUrls.local[0], close: () => server.close() };
}
