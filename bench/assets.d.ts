declare module "*.wgsl?raw" {
  const text: string;
  export default text;
}
declare module "*.wasm?url" {
  const url: string;
  export default url;
}
