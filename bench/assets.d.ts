// Assets as vite gives them to a page: the text of a shader, the address of a module of WebAssembly.
declare module "*.wgsl?raw" {
  const text: string;
  export default text;
}
declare module "*.wasm?url" {
  const url: string;
  export default url;
}
