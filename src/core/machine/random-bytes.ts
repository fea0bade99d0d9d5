/** Bytes that cannot be compressed, the same for the same seed: for placeholders. No secret is made of them. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) & 0xff;
}
