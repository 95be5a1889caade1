/** Kernels of a network's steps: what each is bound to, and how its work is cut. */
import { type Kernel, kernelFor } from "../pipelines.js";
import {
  libBits,
  networkBack,
  networkBent,
  networkBroken,
  networkCollect,
  networkDirect,
  networkForward,
  networkGradient,
  networkInputs,
  networkOperands,
  networkPredict,
  networkPull,
  networkSizes,
  networkSlope,
  networkStraight,
  networkSubset,
  networkTangent,
  networkTiled,
  networkWiden,
} from "../shaders.generated.js";
import { type Activation, activations } from "./activations.js";

/** Kernels that are products of matrices, by what becomes of the result. */
const products = {
  forward: [networkForward, networkBroken],
  predict: [networkPredict],
  pull: [networkPull, networkBroken],
  slope: [networkSlope],
  tangent: [networkTangent],
  back: [networkBack, networkStraight],
  bentBack: [networkBack, networkBent],
  gradient: [networkGradient],
};
/** Those of them that call the activation. */
const activated: readonly string[] = ["forward", "tangent"];
/** Those that are not; each has a lane per row, number or vec4. */
const others = { inputs: networkInputs, widen: networkWiden, collect: networkCollect, subset: networkSubset };
const LANES = 64; // as in their texts

/** A kernel of a network. */
export type NetworkKernel = keyof typeof products | keyof typeof others;

/** How products are made: in registers, or in shared memory. */
export interface Tiling {
  /** Rows and columns of a tile. */
  readonly side: number;
  /** Tiles that a workgroup makes. */
  readonly tiles: number;
  readonly wgsl: string;
}

/** For software adapters, see direct.wgsl; for GPUs, see tiled.wgsl. */
export const tilings = {
  direct: { side: 16, tiles: 4, wgsl: networkDirect },
  tiled: { side: 64, tiles: 1, wgsl: networkTiled },
} satisfies Record<string, Tiling>;

/** Sizes of one dispatch, field by field as in sizes.wgsl; those that a kernel does not read may be absent. */
export interface Sizes {
  readonly rowTiles?: number;
  readonly columnTiles?: number;
  readonly splits?: number;
  readonly depth?: number;
  readonly inner?: number;
  readonly leftStride?: number;
  readonly rightStride?: number;
  readonly stride?: number;
  readonly rows?: number;
  readonly units?: number;
  readonly offset?: number;
  readonly height?: number;
}

/** Bytes of the uniform struct. */
export const sizesSize = 48;

/** The struct of one dispatch. */
export function writeSizes(s: Sizes): Uint32Array<ArrayBuffer> {
  const products = [s.rowTiles, s.columnTiles, s.splits, s.depth, s.inner, s.leftStride, s.rightStride];
  return Uint32Array.from([...products, s.stride, s.rows, s.units, s.offset, s.height], (x = 0) => x);
}

/** Workgroups of a dispatch: of a product for its tiles, else for so many lanes. */
export const workgroupsFor = ({ rowTiles = 0, columnTiles = 0, splits = 1 }: Sizes, tiling: Tiling, lanes?: number) =>
  Math.max(1, Math.ceil(lanes === undefined ? (rowTiles * columnTiles * splits) / tiling.tiles : lanes / LANES));

/** Compiles a kernel; what it is bound to stands in its text. */
export function networkKernel(
  device: GPUDevice,
  subject: string,
  name: NetworkKernel,
  activation: Activation,
  tiling: Tiling,
): Promise<Kernel> {
  const product = name in products;
  const texts = product
    ? [
        libBits,
        networkOperands,
        ...(activated.includes(name) ? activations[activation].wgsl : []),
        ...products[name as keyof typeof products],
        tiling.wgsl,
      ]
    : [others[name as keyof typeof others]];
  const code = [networkSizes, ...texts].join("\n");
  const storages = Array.from(
    code.matchAll(/@binding\((\d+)\) ?var<storage, ?(read_write)?/g),
    ([, binding, writes]) => {
      return [Number(binding), writes ? "storage" : "read-only-storage"] as const;
    },
  );
  return kernelFor(device, subject, product ? "product" : name, code, [[0, "uniform"], ...storages]);
}
