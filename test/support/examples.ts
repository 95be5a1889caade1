// Examples of the documents in Node: their types, and what they print.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { shown } from "./documents.js";

export const path = (name: string): string =>
  fileURLToPath(new URL(`../../${name}`, import.meta.url)).replaceAll("\\", "/");
export const read = (name: string): string => readFileSync(path(name), "utf8").replaceAll("\r\n", "\n");

const configuration = ts.parseConfigFileTextToJson("tsconfig.json", read("tsconfig.json")).config as {
  compilerOptions: object;
};
const { options } = ts.convertCompilerOptionsFromJson(configuration.compilerOptions, path(""));

/** What TypeScript says about files that exist only here, beside those of the project. */
export function program(virtual: Record<string, string>): ts.Program {
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.fileExists = (name) => name in virtual || fileExists.call(host, name);
  host.readFile = (name) => virtual[name] ?? readFile.call(host, name);
  host.getSourceFile = (name, target, ...rest) =>
    name in virtual
      ? ts.createSourceFile(name, virtual[name], target)
      : getSourceFile.call(host, name, target, ...rest);
  return ts.createProgram([path("src/index.ts"), ...Object.keys(virtual)], options, host);
}

/** An example as a file of the project, which has no package of its own name. */
export const asFile = (code: string): string =>
  code
    .replaceAll(/"(https:\/\/esm\.sh\/)?webgpu-losses"/g, '"../src/index.js"')
    .replaceAll('"webgpu-losses/tfjs"', '"../src/tfjs.js"');

/** What is wrong with the types of a program. */
export const wrongTypes = (checked: ts.Program): string[] =>
  ts
    .getPreEmitDiagnostics(checked)
    .map(
      ({ file, messageText }) =>
        `${file?.fileName.slice(path("").length)}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );

/** Runs an example that needs no GPU; returns what it exports, and the lines that it printed. */
export function execute(code: string, modules: Record<string, unknown>) {
  const { outputText } = ts.transpileModule(code, { compilerOptions: { ...options, module: ts.ModuleKind.CommonJS } });
  const exported: Record<string, unknown> = {};
  const printed: string[] = [];
  const log = (value: unknown) => printed.push(shown(value));
  new Function("require", "exports", "console", outputText)((name: string) => modules[name], exported, { log });
  return { exported, printed };
}
