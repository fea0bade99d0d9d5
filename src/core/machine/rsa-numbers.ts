/** The numbers of an RSA key from which all others follow, each big-endian in base64. */
export interface RsaNumbers {
  readonly p: string;
  readonly q: string;
  readonly exponent: string;
}

/**
 * The other numbers of an RSA key, under the names that .NET and GitHub's runner give them. As there, each is as long as
 * a prime, and `d` and `modulus` twice as long.
 *
 * @param modulus of the exponent's inverse `d`: `phi` is (p - 1)(q - 1), `lambda` their least common multiple. Keys are
 *   made with either
 * @returns `undefined` when the numbers are no key
 */
export function deriveRsa(
  numbers: RsaNumbers,
  modulus: 'phi' | 'lambda',
): Readonly<Record<string, string>> | undefined {
  const [p, q, e] = [numbers.p, numbers.q, numbers.exponent].map(readNumber) as [bigint, bigint, bigint];
  if (p < 3n || q < 3n || e < 3n) return undefined;
  const phi = (p - 1n) * (q - 1n);
  const d = invert(e, modulus === 'phi' ? phi : phi / divideCommon(p - 1n, q - 1n));
  const inverseQ = invert(q, p);
  if (d === undefined || inverseQ === undefined) return undefined;
  const half = Buffer.from(numbers.p, 'base64').length;
  return {
    d: renderNumber(d, 2 * half),
    dp: renderNumber(d % (p - 1n), half),
    dq: renderNumber(d % (q - 1n), half),
    inverseQ: renderNumber(inverseQ, half),
    modulus: renderNumber(p * q, 2 * half),
  };
}

function readNumber(text: string): bigint {
  const hex = Buffer.from(text, 'base64').toString('hex');
  return hex === '' ? 0n : BigInt(`0x${hex}`);
}

function renderNumber(value: bigint, bytes: number): string {
  return Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex').toString('base64');
}

/** The number whose product with `value` is 1 modulo `modulus`; `undefined` if there is none. */
function invert(value: bigint, modulus: bigint): bigint | undefined {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (b > 0n) {
    const times = a / b;
    [a, b, x, y] = [b, a - times * b, y, x - times * y];
  }
  return a === 1n ? ((x % modulus) + modulus) % modulus : undefined;
}

function divideCommon(one: bigint, other: bigint): bigint {
  let [a, b] = [one, other];
  while (b > 0n) [a, b] = [b, a % b];
  return a;
}
