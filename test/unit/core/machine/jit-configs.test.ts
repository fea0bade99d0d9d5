import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { packJitConfigs, unpackJitConfigs } from '../../../../src/core/machine/jit-configs.js';
import { composePlaceholder } from '../../../../src/core/machine/jit-placeholder.js';
import { deriveRsa } from '../../../../src/core/machine/rsa-numbers.js';

const PROGRAM = fileURLToPath(new URL('../../../../ami/boot/unpack-jit-configs.mjs', import.meta.url));
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** What the boot agent gets of packed configurations. */
function unpackOnMachine(packed: string): string[] {
  const { stdout, stderr, status } = spawnSync(process.execPath, [PROGRAM], { input: packed, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.split('\n').slice(0, -1);
}

const treesOf = (packed: string) =>
  JSON.parse(inflateRawSync(Buffer.from(packed, 'base64')).toString()) as readonly unknown[];

/** An RSA key of OpenSSL, as .NET writes it: `d` is the inverse modulo the least common multiple. */
function aKey(bits = 2_048): Record<string, string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const jwk = privateKey.export({ format: 'jwk' }) as Record<string, string>;
  const names = { d: 'd', dp: 'dp', dq: 'dq', exponent: 'e', inverseQ: 'qi', modulus: 'n', p: 'p', q: 'q' };
  const half = bits / 16;
  const length = (name: string) => (name === 'exponent' ? 3 : name === 'd' || name === 'modulus' ? 2 * half : half);
  return Object.fromEntries(
    Object.entries(names).map(([name, from]) => {
      const bytes = Buffer.from(jwk[from]!, 'base64url');
      return [name, Buffer.concat([Buffer.alloc(length(name) - bytes.length), bytes]).toString('base64')];
    }),
  );
}

/** A configuration of the shape that GitHub sends. */
function aConfig(key: object = aKey(), runner: object = { AgentId: '7', WorkFolder: '_work' }): string {
  const credentials = { Scheme: 'OAuth', Data: { ClientId: randomUUID() } };
  const files = { '.runner': runner, '.credentials': credentials, '.credentials_rsaparams': key };
  const encoded = Object.entries(files).map(([name, value]) => [name, base64(JSON.stringify(value))]);
  return base64(JSON.stringify(Object.fromEntries(encoded)));
}

describe('Packed JIT configurations', () => {
  test('come out of the program on the machine byte for byte', () => {
    const configs = [aConfig(), aConfig(aKey(1_024)), composePlaceholder(3), 'not packed at all'];
    const packed = packJitConfigs(configs);
    expect(unpackOnMachine(packed)).toEqual(configs);
    expect(unpackJitConfigs(packed)).toEqual(configs);
  });

  test.each(['phi', 'lambda'] as const)('leave out what follows from the primes, with d modulo %s', (modulus) => {
    const { p, q } = aKey() as { p: string; q: string };
    const key = {
      p,
      exponent: 'AQAB',
      q,
      ...deriveRsa({ p, q, exponent: 'AQAB' }, modulus),
      d: deriveRsa({ p, q, exponent: 'AQAB' }, modulus)!['d'],
    };
    const packed = packJitConfigs([aConfig(key)]);
    // Of some keys, both are the same.
    const usual = deriveRsa({ p, q, exponent: 'AQAB' }, 'phi')!['d'];
    const d = key.d === usual ? null : 'l';
    const rest = { d, dp: null, dq: null, inverseQ: null, modulus: null };
    const tree = {
      b: {
        j: expect.objectContaining({ '.credentials_rsaparams': { b: { k: { p, q, exponent: 'AQAB', ...rest } } } }),
      },
    };
    expect(treesOf(packed)).toEqual([tree]);
    expect(unpackOnMachine(packed)).toEqual([aConfig(key)].map(() => unpackJitConfigs(packed)[0]));
  });

  test('keep a number that does not follow from the primes', () => {
    const key = { ...aKey(), dp: aKey()['dp']!, further: 'text' };
    const config = aConfig(key);
    const packed = packJitConfigs([config]);
    expect(JSON.stringify(treesOf(packed))).toContain(key.dp);
    expect(unpackOnMachine(packed)).toEqual([config]);
  });

  const { p, q } = aKey() as { p: string; q: string };
  test.each([
    ['no base64', 'a b'],
    ['base64 of no JSON', base64('some text')],
    ['base64 that is padded in another way', `${base64('{"a":"b"}').replace(/=+$/, '')}===`],
    ['bytes beyond ASCII', base64('{"a":"ü"}')],
    ['control characters', base64('\u0000')],
    ['JSON with blanks', base64(JSON.stringify({ a: base64('text') }, null, 2))],
    ['JSON with escapes that JSON.stringify does not write', base64('{"a":"\\u0041"}')],
    ['keys that JSON.parse orders', base64('{"b":"YQ==","1":"YQ=="}')],
    ['a key twice', base64('{"a":"YQ==","a":"Yg=="}')],
    ['numbers and lists', base64('{"a":1,"b":["YQ=="]}')],
    ['a list', base64('["YQ=="]')],
    ['__proto__', base64('{"__proto__":"YQ=="}')],
    ['primes that are none', aConfig({ p: '', q: 'AA==', exponent: 'AQAB', d: 'AA==' })],
    ['an exponent without an inverse', aConfig({ p, q, exponent: 'BA==', d: 'AA==', modulus: 'AA==' })],
    ['equal primes', aConfig({ p, q: p, exponent: 'AQAB', d: 'AA==', modulus: 'AA==' })],
    [
      'a prime with zeros in front',
      aConfig({ ...aKey(), p: Buffer.concat([Buffer.alloc(1), Buffer.from(p, 'base64')]).toString('base64') }),
    ],
    ['a further value l', aConfig({ ...aKey(), further: 'l' })],
    ['values l and null', aConfig({ p, q, exponent: 'AQAB', d: 'l', modulus: 'null' })],
    ['many layers', Array.from({ length: 9 }).reduce<string>((text) => base64(text), 'core')],
    ['nothing', ''],
  ])('hold %s as it is', (_, config) => {
    const packed = packJitConfigs([config]);
    expect(unpackJitConfigs(packed)).toEqual([config]);
    expect(unpackOnMachine(packed)).toEqual([config]);
  });

  test('take up less than 400 bytes each', () => {
    const configs = Array.from({ length: 16 }, () => aConfig());
    expect(Buffer.from(packJitConfigs(configs), 'base64').length / 16).toBeLessThan(400);
  });
});

test('Placeholders pack as real configurations do, and no two are alike', () => {
  const real = packJitConfigs([aConfig(), aConfig()]).length;
  const placeholders = [0, 1].map(composePlaceholder);
  expect(placeholders[0]).not.toBe(placeholders[1]);
  const packed = packJitConfigs(placeholders);
  expect(JSON.stringify(treesOf(packed)).match(/null/g)).toHaveLength(10);
  expect(packed.length).toBeGreaterThanOrEqual(real);
  expect(packed.length).toBeLessThan(1.5 * real);
});
