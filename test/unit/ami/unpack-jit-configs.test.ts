import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';

const PROGRAM = fileURLToPath(new URL('../../../ami/boot/unpack-jit-configs.mjs', import.meta.url));

const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');

function unpack(...trees: readonly unknown[]): string[] {
  const input = deflateRawSync(JSON.stringify(trees)).toString('base64');
  const { stdout, stderr, status } = spawnSync(process.execPath, [PROGRAM], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.split('\n').slice(0, -1);
}

/** Odd numbers of 1,024 bits that nobody has seen before. They need not be prime for the identities to hold. */
function numbersOf(seed: string): { p: bigint; q: bigint } {
  const number = (name: string) => {
    const hex = createHash('shake256', { outputLength: 128 }).update(`${seed} ${name}`).digest('hex');
    return BigInt(`0x${hex}`) | 1n | (1n << 1023n);
  };
  return { p: number('p'), q: number('q') };
}

/** An RSA key, written as .NET writes it. Every number is found by trying, not by the algorithm of the program. */
function keyOf(seed: string, modulo: 'phi' | 'lambda') {
  const e = 65_537n;
  let { p, q } = numbersOf(seed);
  const gcd = (one: bigint, other: bigint): bigint => (other === 0n ? one : gcd(other, one % other));
  while (gcd(e, p - 1n) !== 1n || gcd(p, q) !== 1n) p += 2n;
  while (gcd(e, q - 1n) !== 1n || gcd(p, q) !== 1n) q += 2n;
  const phi = (p - 1n) * (q - 1n);
  /** The only number below the modulus whose product with e leaves 1: e is small enough to try its multiples. */
  const inverse = (modulus: bigint) => {
    for (let times = 1n; ; times++) if ((times * modulus + 1n) % e === 0n) return (times * modulus + 1n) / e;
  };
  const inverseQ = power(q, p, gcd);
  const text = (number: bigint, bytes: number) =>
    base64(Buffer.from(number.toString(16).padStart(bytes * 2, '0'), 'hex'));
  return {
    d: text(inverse(modulo === 'phi' ? phi : phi / gcd(p - 1n, q - 1n)), 256),
    dp: text(inverse(p - 1n), 128),
    dq: text(inverse(q - 1n), 128),
    exponent: 'AQAB',
    inverseQ: text(inverseQ, 128),
    modulus: text(p * q, 256),
    p: text(p, 128),
    q: text(q, 128),
  };
}

/** q to the power of -1 modulo p, by the continued fraction of q/p. */
function power(q: bigint, p: bigint, gcd: (one: bigint, other: bigint) => bigint): bigint {
  let [previous, current, rest, next] = [0n, 1n, p, q % p];
  while (next !== 0n) {
    const times = rest / next;
    [previous, current] = [current, previous - times * current];
    [rest, next] = [next, rest % next];
  }
  expect(gcd(p, q)).toBe(1n);
  return ((previous % p) + p) % p;
}

const derived = { d: null, dp: null, dq: null, inverseQ: null, modulus: null };

describe('unpack-jit-configs', () => {
  test('leaves a string as it is', () => {
    expect(unpack('eyJhIjoxfQ==', '')).toEqual(['eyJhIjoxfQ==', '']);
  });

  test('nests base64 and JSON', () => {
    const runner = '{"agentId":"7","workFolder":"_work"}';
    const tree = { b: { j: { '.runner': { b: { j: { agentId: '7', workFolder: '_work' } } }, note: 'as "it" is' } } };
    expect(unpack(tree)).toEqual([base64(JSON.stringify({ '.runner': base64(runner), note: 'as "it" is' }))]);
  });

  test.each(['phi', 'lambda'] as const)('derives the numbers of an RSA key, with d modulo %s', (modulo) => {
    const keys = Array.from({ length: 5 }, (_, index) => keyOf(`${modulo} ${index}`, modulo));
    const trees = keys.map((key) => ({ k: { ...key, ...derived, d: modulo === 'lambda' ? 'l' : null } }));
    expect(unpack(...trees)).toEqual(keys.map((key) => JSON.stringify(key)));
  });

  test('pads a derived number to the length of p', () => {
    // p = 257 in two bytes, q = 3: every derived number is smaller than its field.
    const text = (...bytes: number[]) => base64(Uint8Array.from(bytes));
    const key = {
      exponent: text(5),
      p: text(1, 1),
      q: text(0, 3),
      modulus: null,
      d: null,
      dp: null,
      dq: null,
      inverseQ: null,
    };
    // 5 · 205 = 1025 = 2 · 512 + 1; 5 · 205 = 4 · 256 + 1; 5 · 1 = 2 · 2 + 1; 3 · 86 = 257 + 1.
    const whole = {
      ...key,
      modulus: text(0, 0, 3, 3),
      d: text(0, 0, 0, 205),
      dp: text(0, 205),
      dq: text(0, 1),
      inverseQ: text(0, 86),
    };
    expect(unpack({ k: key })).toEqual([JSON.stringify(whole)]);
  });

  test('keeps the values that it is given', () => {
    const key = keyOf('given', 'phi');
    expect(unpack({ k: { ...key, ...derived, dp: 'AAAA' } })).toEqual([JSON.stringify({ ...key, dp: 'AAAA' })]);
  });

  test('fails for anything else, without output', () => {
    const { stdout, status } = spawnSync(process.execPath, [PROGRAM], { input: base64('no JSON'), encoding: 'utf8' });
    expect(status).not.toBe(0);
    expect(stdout).toBe('');
  });

  test('has comments on lines of their own, and no line that a shell script would lose', () => {
    const lines = readFileSync(PROGRAM, 'utf8').split('\n');
    expect(lines.filter((line) => /^\s*#|\S.*\s\/\/|\/\*/.test(line))).toEqual([]);
  });
});
