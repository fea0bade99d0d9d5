import { randomBytes } from 'node:crypto';

const HALF = 128;
const EXPONENT = 65_537n;

/**
 * The parameters of a 2048-bit RSA key as .NET writes them, which follow from p, q and the exponent as in a real key. p and
 * q are odd and random, but not prime: that takes 100 ms, and nothing checks it here.
 */
export function makeRsaParameters(): Readonly<Record<string, string>> {
  for (;;) {
    const [p, q] = [randomOdd(), randomOdd()];
    const lambda = ((p - 1n) * (q - 1n)) / findDivisor(p - 1n, q - 1n);
    const [d, inverseQ] = [invert(EXPONENT, lambda), invert(q, p)];
    if (d === undefined || inverseQ === undefined) continue;
    return {
      d: encode(d, 2 * HALF),
      dp: encode(d % (p - 1n), HALF),
      dq: encode(d % (q - 1n), HALF),
      exponent: encode(EXPONENT, 3),
      inverseQ: encode(inverseQ, HALF),
      modulus: encode(p * q, 2 * HALF),
      p: encode(p, HALF),
      q: encode(q, HALF),
    };
  }
}

/** Its two highest bits are set, so that a product of two has exactly twice as many bits. */
function randomOdd(): bigint {
  const bytes = randomBytes(HALF);
  bytes[0]! |= 0xc0;
  bytes[HALF - 1]! |= 1;
  return BigInt(`0x${bytes.toString('hex')}`);
}

/** By Euclid's extended algorithm. `undefined` if the two numbers have a common divisor. */
function invert(number: bigint, modulus: bigint): bigint | undefined {
  let [rest, next, inverse, following] = [modulus, number % modulus, 0n, 1n];
  while (next > 0n) {
    const times = rest / next;
    [rest, next] = [next, rest - times * next];
    [inverse, following] = [following, inverse - times * following];
  }
  return rest === 1n ? ((inverse % modulus) + modulus) % modulus : undefined;
}

function findDivisor(one: bigint, other: bigint): bigint {
  return other === 0n ? one : findDivisor(other, one % other);
}

function encode(number: bigint, bytes: number): string {
  return Buffer.from(number.toString(16).padStart(2 * bytes, '0'), 'hex').toString('base64');
}
