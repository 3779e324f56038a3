// Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC 2011) as src/made/random.ts has it: the same words for the same counter
// and key. WGSL has no 64-bit product, so its high half is put together from 16-bit ones.

/** `fn philox(counter: vec4u, key: vec2u) -> vec4u`, and `fn uniforms_of(words: vec4u) -> vec4f` in [0, 1). */
export const PHILOX = `
fn mulHigh(a: u32, b: u32) -> u32 {
  let aLow = a & 0xffffu;
  let aHigh = a >> 16u;
  let bLow = b & 0xffffu;
  let bHigh = b >> 16u;
  let mid = aHigh * bLow + ((aLow * bLow) >> 16u);
  let low = (mid & 0xffffu) + aLow * bHigh;
  return aHigh * bHigh + (mid >> 16u) + (low >> 16u);
}

fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0u; round < 10u; round++) {
    let high0 = mulHigh(0xd2511f53u, c.x);
    let high1 = mulHigh(0xcd9e8d57u, c.z);
    c = vec4u(high1 ^ c.y ^ k.x, 0xcd9e8d57u * c.z, high0 ^ c.w ^ k.y, 0xd2511f53u * c.x);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

/** Multiples of 2⁻²⁴, exact in float32. */
fn uniforms_of(words: vec4u) -> vec4f { return vec4f(words >> vec4u(8u)) * ${2 ** -24}; }`;
