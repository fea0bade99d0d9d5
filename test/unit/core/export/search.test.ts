import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Searcher } from '../../../../src/core/export/search.js';
import { listPatterns, type Secret } from '../../../../src/core/export/secret-forms.js';

const SECRET = 'S3cr3t-Välue/with+signs';

/** The form of the first find, in content that comes in pieces of this size. */
const toSecret = (text: string): Secret => ({ name: `the secret ${text.length}`, text });

function find(secrets: readonly string[], content: string | Buffer, pieceSize = 1_000) {
  const bytes = Buffer.from(content as string);
  const search = new Searcher(listPatterns(secrets.map(toSecret)).patterns).start();
  for (let at = 0; at < bytes.length; at += pieceSize) {
    // A copy that is overwritten afterwards, as the buffers of an export are.
    const piece = Buffer.from(bytes.subarray(at, at + pieceSize));
    const found = search.next(piece);
    piece.fill(0);
    if (found) return { form: found.pattern.form, position: found.position };
  }
  return undefined;
}

const filler = (length: number): string => 'the quick brown fox '.repeat(Math.ceil(length / 20)).slice(0, length);

describe('A secret is found', () => {
  test.each([1, 2, 3, 7, 16, 64, 10_000])('in pieces of %i bytes, with its position', (pieceSize) => {
    for (const before of [0, 1, 15, 16, 17, 333]) {
      const content = `${filler(before)}${SECRET}${filler(50)}`;
      expect(find([SECRET], content, pieceSize)).toEqual({ form: 'as it is', position: before });
    }
  });

  test.each([0, 1, 2, 3, 4, 5])('in base64 behind %i other bytes', (before) => {
    const inside = Buffer.from(`${filler(before)}${SECRET}${filler(7)}`);
    for (const encoding of ['base64', 'base64url'] as const) {
      expect(find([SECRET], `token: ${inside.toString(encoding)}\n`, 5)).toMatchObject({ form: 'in base64' });
    }
  });

  test('in base64 whose lines are broken', () => {
    const long = 'a-long-secret-of-more-than-one-line-of-base64-'.repeat(3);
    const lines = Buffer.from(`user:${long}`)
      .toString('base64')
      .match(/.{1,76}/g)!;
    expect(find([long], lines.join('\n'))).toMatchObject({ form: 'in base64' });
  });

  test.each([6, 8, 12, 16, 17, 18, 20, 33, 64, 138, 500])(
    'with %i bytes, in lines of base64, wherever they end',
    (length) => {
      // Without a pattern, so that no part of it is like another.
      const secret = createHash('shake256', { outputLength: 400 }).digest('base64').slice(0, length);
      const searcher = new Searcher(listPatterns([toSecret(secret)]).patterns);
      for (const width of [60, 64, 76]) {
        for (const end of ['\n', '\r\n']) {
          for (let before = 0; before <= width; before++) {
            for (const after of ['', filler(80)]) {
              const inside = Buffer.from(`${filler(before)}${secret}${after}`).toString('base64');
              const lines = inside.replace(new RegExp(`.{${width}}`, 'g'), `$&${end}`);
              expect([before, width, searcher.start().next(Buffer.from(lines))?.pattern.form]).toEqual([
                before,
                width,
                'in base64',
              ]);
            }
          }
        }
      }
    },
  );

  test.each([
    ['text nodes', `a&amp;b&lt;c&gt;d"e'f`],
    ['attributes', `a&amp;b&lt;c&gt;d&quot;e'f`],
    ['attributes of canonical XML', `a&amp;b&lt;c>d&quot;e'f`],
    ['Python', `a&amp;b&lt;c&gt;d&quot;e&#x27;f`],
    ['JavaScript', `a&amp;b&lt;c&gt;d&quot;e&#39;f`],
    ['Go', `a&amp;b&lt;c&gt;d&#34;e&#39;f`],
    ['XML', `a&amp;b&lt;c&gt;d&quot;e&apos;f`],
  ])('escaped as in %s', (_, escaped) => {
    expect(find([`a&b<c>d"e'f`], `<x>${escaped}</x>`)).toEqual({ form: 'in XML or HTML', position: 3 });
  });

  test('percent-encoded, and escaped as in JSON', () => {
    expect(find([SECRET], `?key=${encodeURIComponent(SECRET)}`)).toMatchObject({ form: 'percent-encoded' });
    expect(find(['with "quotes"\\'], JSON.stringify({ key: 'with "quotes"\\' }))).toMatchObject({ form: 'in JSON' });
  });

  test('of several lines: with other line breaks, or one long line of it', () => {
    const key = `-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA0123456789\nshort\n-----END KEY-----\n`;
    expect(find([key], key.replaceAll('\n', '\r\n'))).toMatchObject({ form: 'as it is' });
    expect(find([key], 'x MIIEpAIBAAKCAQEA0123456789 y')).toMatchObject({ form: 'as it is' });
    expect(find([key], '-----BEGIN KEY-----\nshort\n')).toBeUndefined();
  });

  test('among hundreds of others', () => {
    const others = Array.from({ length: 300 }, (_, at) => `another-secret-${at * 7919}`);
    expect(find([...others, SECRET], `${filler(5_000)}${SECRET}`, 64)).toMatchObject({ position: 5_000 });
    expect(find(others, filler(5_000))).toBeUndefined();
  });

  test('in bytes that are no text', () => {
    const bytes = Buffer.concat([Buffer.from([0, 255, 254]), Buffer.from(SECRET), Buffer.from([0])]);
    expect(find([SECRET], bytes, 4)).toMatchObject({ position: 3 });
  });
});

describe('No secret is found', () => {
  test('in a part of one', () => {
    expect(find([SECRET], SECRET.slice(0, -1))).toBeUndefined();
    expect(find([SECRET], SECRET.slice(1))).toBeUndefined();
  });

  test('for values that are too short, which are counted', () => {
    expect(listPatterns(['true', '  ', '', '12345', 'true'].map(toSecret))).toEqual({ patterns: [], short: 2 });
    expect(find(['true'], 'true true')).toBeUndefined();
  });
});

test('Random contents have the same finds as a search by indexOf', () => {
  let seed = 42;
  const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below;
  const word = (length: number): string => Array.from({ length }, () => 'abc'[random(3)]).join('');
  for (let round = 0; round < 300; round++) {
    const secrets = Array.from({ length: 3 }, () => word(6 + random(4)));
    const content = word(400);
    const positions = secrets.map((one) => content.indexOf(one)).filter((at) => at >= 0);
    const found = find(secrets, content, 1 + random(50));
    expect(found?.form).toBe(positions.length > 0 ? 'as it is' : undefined);
  }
});
