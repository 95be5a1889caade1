import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { root } from "./lib/run.mjs";

const gz = (t) => gzipSync(t, { level: 9 }).length;
const imports = ["zMasked", "squaredError", "evaluate", "run", "createPlan"];
const entry = "\0e";
async function bundle(minify, patch) {
  const { output } = await build({
    root,
    configFile: false,
    logLevel: "error",
    plugins: [
      {
        name: "e",
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) =>
          id === entry ? `export { ${imports.join(", ")} } from "${join(root, "src/index.ts")}";` : undefined,
      },
      {
        name: "p",
        enforce: "post",
        transform(code, id) {
          return patch ? patch(code, id) : undefined;
        },
      },
    ],
    build: {
      write: false,
      minify,
      target: "es2022",
      modulePreload: false,
      rolldownOptions: { input: entry, preserveEntrySignatures: "strict", output: { format: "es" } },
    },
  });
  return output.filter((c) => c.type === "chunk");
}
const chunks = await bundle(true);
const code = chunks.map((c) => c.code).join("\n");
writeFileSync("/tmp/sz/all.js", code);
console.log("total", code.length, gz(code));
// wgsl share
const noW = code.replace(/`[^`]{150,}`/g, (m) => (/fn |struct /.test(m) && !/\$\{/.test(m) ? "``" : m));
console.log("without wgsl", noW.length, gz(noW));
const noMsg = noW.replace(/new (\w+)\(("\w+"|`\w+`),`(?:[^`\\]|\\.)*?`/g, (m, a, b) => `new ${a}(${b},\`\``);
console.log("and without messages", noMsg.length, gz(noMsg));
// per module: minify each rendered module alone by bundling? approximate: marginal removal
const { minify } = await import("rolldown/experimental").catch(() => ({}));
const un = await bundle(false);
const mods = Object.assign({}, ...un.map((c) => c.modules));
if (minify) {
  const parts = [];
  for (const [id, { code: c }] of Object.entries(mods)) {
    if (!c) continue;
    const r =
      (await minify("x.js", c, { compress: true, mangle: { toplevel: true }, module: true }).catch?.(() => null)) ??
      minify("x.js", c, {});
    const t = (await r).code;
    parts.push([relative(root, id), t]);
  }
  const whole = parts.map((p) => p[1]).join("");
  console.log("sum", gz(whole));
  for (const [id, t] of parts.sort((a, b) => b[1].length - a[1].length))
    console.log(
      String(t.length).padStart(7),
      String(
        gz(whole) -
          gz(
            parts
              .filter((p) => p[0] !== id)
              .map((p) => p[1])
              .join(""),
          ),
      ).padStart(6),
      id,
    );
}
