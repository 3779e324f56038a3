// A kernel as pure data: its bindings, the grid it needs for a size, and its WGSL. No device is touched here.
// The bindings record is the one ordered list from which declarations, layout and bind call are derived.

/** One entry of `@group(0)`: a storage buffer, or a uniform (bound with a dynamic offset where `dynamic`). */
export interface Binding {
  readonly space: "uniform" | "read" | "read_write";
  readonly type: string;
  readonly dynamic?: boolean;
}

export type Bindings = Readonly<Record<string, Binding>>;

/** Workgroups along x and y. */
export type Grid = readonly [number, number];

/** Everything about one kernel variant. `Size` is what its grid depends on. */
export interface KernelSpec<B extends Bindings, Size> {
  /** kebab-case name with its variant: `masked-linear(relu, 8x20)`. */
  readonly label: string;
  readonly bindings: B;
  readonly workgroups: (size: Size) => Grid;
  readonly code: string;
}

export const read = <T extends string>(type: T) => ({ space: "read", type }) as const;
export const readWrite = <T extends string>(type: T) => ({ space: "read_write", type }) as const;
export const uniform = <T extends string>(type: T) => ({ space: "uniform", type }) as const;
/** A uniform that is bound with a dynamic offset: one bind group serves every step. */
export const dynamicUniform = <T extends string>(type: T) => ({ space: "uniform", type, dynamic: true }) as const;

/** The `@group(0) @binding(i) var…` lines of a bindings record. */
export const declare = (bindings: Bindings): string =>
  Object.entries(bindings)
    .map(([name, { space, type }], i) => {
      const addressSpace = space === "uniform" ? "uniform" : `storage, ${space}`;
      return `@group(0) @binding(${i}) var<${addressSpace}> ${name}: ${type};`;
    })
    .join("\n");

/** A uniform struct of 32-bit scalars: its WGSL declaration and the packing that matches it. */
export interface UniformStruct<F extends Record<string, "u32" | "f32">> {
  readonly name: string;
  readonly wgsl: string;
  /** Bytes, a multiple of 16. */
  readonly size: number;
  /** Writes `values` at byte `offset` of `view`. */
  pack(values: { [K in keyof F]: number }, view: DataView, offset?: number): void;
}

export function uniformStruct<const F extends Record<string, "u32" | "f32">>(
  name: string,
  fields: F,
): UniformStruct<F> {
  const entries = Object.entries(fields);
  return {
    name,
    wgsl: `struct ${name} {\n${entries.map(([field, type]) => `  ${field}: ${type},`).join("\n")}\n}`,
    size: Math.ceil(entries.length / 4) * 16,
    pack(values, view, offset = 0) {
      entries.forEach(([field, type], i) => {
        if (type === "u32") view.setUint32(offset + 4 * i, values[field], true);
        else view.setFloat32(offset + 4 * i, values[field], true);
      });
    },
  };
}

export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);
export const roundUp = (a: number, multiple: number): number => ceilDiv(a, multiple) * multiple;
