import { describe, expect, test } from '@jest/globals';
import { readCommandLines } from '../../../../src/core/command/lines.js';

const read = (text: string) => readCommandLines(text).map(({ line, word, rest }) => [line, word, rest]);

describe('A command line', () => {
  test.each([
    ['/test light', [[1, 'test', 'light']]],
    [
      'Text before.\r\n\r\n/test a\r\n/var b: 1\r\n',
      [
        [3, 'test', 'a'],
        [4, 'var', 'b: 1'],
      ],
    ],
    ['   /Test  A b ', [[1, 'test', 'A b']]],
    ['/test', [[1, 'test', '']]],
    ['\ufeff/test\u00a0a', [[1, 'test', 'a']]],
    [
      '/test a <!-- why -->\n<!-- a --> /var b: 1',
      [
        [1, 'test', 'a'],
        [2, 'var', 'b: 1'],
      ],
    ],
    ['```/test a```\n/test b', [[2, 'test', 'b']]],
    ['~~~~\n```\n~~~\n/test a\n~~~~~ \n/test b', [[6, 'test', 'b']]],
    ['``` sh\n/test a\n```\n/test b', [[4, 'test', 'b']]],
  ])('%j', (text, lines) => {
    expect(read(text)).toEqual(lines);
  });

  test.each([
    'I would write /test a here',
    '> /test a',
    '> > /test a',
    '```\n/test a\n```',
    '````\n```\n/test a\n```\n````',
    '```\n~~~\n/test a\n```',
    '    /test a',
    '\t/test a',
    '<!-- /test a -->',
    '<!--\n/test a\n/test b\n-->',
    '/var/log/messages is full',
    '// test',
    '/ test',
    '- /test a',
    '`/test a`',
  ])('%j is none', (text) => {
    expect(read(text)).toEqual([]);
  });

  test.each([
    '<!--'.repeat(16_384),
    '`'.repeat(65_536),
    ' '.repeat(65_536),
    `/test ${'x'.repeat(65_530)}`,
    '/a '.repeat(21_845),
  ])('in 65,536 characters is found at once', (text) => {
    const { user } = process.cpuUsage();
    read(text);
    expect(process.cpuUsage().user - user).toBeLessThan(2_000_000);
  });
});
