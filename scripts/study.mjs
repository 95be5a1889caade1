// `npm run study`: does it help? Trains with every loss on digits with wrong labels, and on a function with outliers.
//   npm run study -- --quick           shows that it runs, in few epochs; no result
//   npm run study -- --resume          goes on where the last run was interrupted
//   npm run study -- --only digits     one of digits, friedman
// Results go to study/results; `npx vitest run --project cpu test/docs -u` then writes docs/study.md and its pictures anew.
// WEBGPU_DRIVER=hardware trains on the machine's own GPU instead of the software adapter.
import { inOwnProcess } from "./lib/ownProcess.mjs";
import { root } from "./lib/run.mjs";

const args = process.argv.slice(2);

function readOptions() {
  const options = {};
  for (let i = 1; i < args.length; i++) {
    const name = args[i].replace(/^--/, "");
    if (name === "quick" || name === "resume") options[name] = true;
    else if (name === "only" && ["digits", "friedman"].includes(args[i + 1])) options.only = args[++i];
    else {
      console.error(`npm run study knows --quick, --resume, and --only digits or friedman, got ${args[i]}`);
      process.exit(2);
    }
  }
  return options;
}

async function inner(options) {
  process.on("SIGINT", () => {
    console.log("\ninterrupted; --resume goes on after the trainings that are finished");
    process.exit(130);
  });
  // A server, for it stays: kernels that plans load on demand are imported in the midst of a run.
  const { createServer } = await import("vite");
  const vite = await createServer({
    root,
    configFile: false,
    logLevel: "warn",
    appType: "mpa",
    optimizeDeps: { noDiscovery: true, include: [] }, // nothing runs in a browser
    server: { hmr: false, watch: null, middlewareMode: true, ws: false },
  });
  const { main } = await vite.ssrLoadModule("/study/main.ts");
  return main(options, root);
}

await inOwnProcess(import.meta.url, args, () => inner(readOptions()));
