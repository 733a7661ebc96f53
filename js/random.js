/** 64 random bits, of the browser's own entropy. */
export function randomBits() {
  return crypto.getRandomValues(new BigInt64Array(1))[0];
}
