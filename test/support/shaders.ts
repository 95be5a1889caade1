/// <reference types="vite/client" />
// The shaders as people wrote them, in the form of the generated module, which is shortened.

const files = import.meta.glob<string>("../../shaders/**/*.wgsl", { query: "?raw", import: "default", eager: true });

/** `shaders/lib/reduce.wgsl` as `libReduce`, and so on. */
export const readableShaders: Record<string, string> = Object.fromEntries(
  Object.entries(files).map(([path, text]) => {
    const [, inShaders] = /shaders\/(.*)\.wgsl$/.exec(path)!;
    return [inShaders.replace(/\/(.)/g, (_, letter: string) => letter.toUpperCase()), text];
  }),
);
