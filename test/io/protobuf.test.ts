// The protobuf writer against the examples of the format's documentation, and numbers of every length.

import { expect, test } from "vitest";
import { bytes, integer, join, message } from "../../src/io/protobuf.ts";

test("writes the examples of the documentation", () => {
  expect([...join(integer(1, 150))]).toEqual([0x08, 0x96, 0x01]);
  expect([...join(bytes(2, "testing"))]).toEqual([0x12, 0x07, ...Buffer.from("testing")]);
  expect([...join(message(3, integer(1, 150)))]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
});

test("writes numbers of every length, and fields beyond 15", () => {
  const read = (data: Uint8Array) => data.reduceRight((sum, byte) => sum * 128 + (byte & 127), 0);
  for (const n of [0, 1, 127, 128, 300, 16_383, 16_384, 2 ** 31, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER]) {
    const [tag, ...value] = join(integer(1, n));
    expect(tag).toBe(8);
    expect(read(Uint8Array.from(value))).toBe(n);
    expect(value.findIndex((byte) => byte < 128)).toBe(value.length - 1);
  }
  expect([...join(integer(20, 7))]).toEqual([0xa0, 0x01, 0x07]);
});

test("measures text in bytes, and what lies in messages in messages", () => {
  const long = "é".repeat(100);
  const inner = message(1, bytes(1, long), bytes(1, Uint8Array.of(1, 2)));
  const all = join(message(2, inner, inner), integer(3, 1));
  expect(all.length).toBe(2 + 1 + 2 * (2 + 1 + (1 + 2 + 200) + 4) + 2);
  expect([...all.slice(-2)]).toEqual([24, 1]);
});
