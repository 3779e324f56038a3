// Writes Protocol Buffers' wire format: as much of it as ONNX needs. No schema, no reader.
// https://protobuf.dev/programming-guides/encoding/

/** The bytes of one field, in parts that are joined once at the end: large tensors are not copied again and again. */
export type Field = readonly Uint8Array[];

const VARINT = 0;
const BYTES = 2;

/** An integer in 0 … 2⁵³−1 (or an enum, or a bool). */
export const integer = (field: number, value: number): Field => [tag(field, VARINT), varint(value)];

/** A string, or bytes as they are. */
export const bytes = (field: number, value: string | Uint8Array): Field => {
  const data = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return [tag(field, BYTES), varint(data.length), data];
};

/** A message inside a message. */
export const message = (field: number, ...fields: readonly Field[]): Field => {
  const parts = fields.flat();
  return [tag(field, BYTES), varint(lengthOf(parts)), ...parts];
};

/** A whole message as bytes. */
export function join(...fields: readonly Field[]): Uint8Array {
  const parts = fields.flat();
  const all = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const tag = (field: number, wireType: number): Uint8Array => varint(field * 8 + wireType);

const lengthOf = (parts: Field): number => parts.reduce((sum, { length }) => sum + length, 0);

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function varint(value: number): Uint8Array {
  const digits: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) digits.push((value % 128) + 128);
  return Uint8Array.of(...digits, value);
}
