import { describe, expect, test } from '@jest/globals';
import { readCommandLines } from '../../../../src/core/command/lines.js';

const read = (text: string) => readCommandLines(text).commands.map(({ line, word, rest }) => [line, word, rest]);

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
    ['> a\n\n/test b', [[3, 'test', 'b']]],
    ['> ```\n> a\n> ```\n/test b', [[4, 'test', 'b']]],
    ['- a\n- c\n/test b', [[3, 'test', 'b']]],
    ['- ```\n  a\n/test b', [[3, 'test', 'b']]],
    ['The `<!--` mark\n\n/test b', [[3, 'test', 'b']]],
    ['A <!-- without end\n\n/test b', [[3, 'test', 'b']]],
    ['The `<details>` tag\n/test b', [[2, 'test', 'b']]],
    ['<details>\n\na\n\n</details>\n\n/test b', [[7, 'test', 'b']]],
    ['a | b\n--|--\n1 | 2\n\n/test b', [[5, 'test', 'b']]],
    ['From: me\n/test b', [[2, 'test', 'b']]],
    ['\u200e/test b\u2028c', [[1, 'test', 'b c']]],
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
    '```\n``` sh\n/test a\n```',
    '~~~sh\n/test a\n~~~\nis the command',
    'Code:\n\n    /test a',
    '    /test a',
    '\t/test a',
    '<!-- /test a -->',
    '<!--\n/test a\n/test b\n-->',
    '/var/log/messages is full',
    '// test',
    '/ test',
    '- /test a',
    '1. Write\n   /test a',
    '- ```\n  /test a\n  ```',
    '* a\n  * b\n\n    /test a',
    '> /test b\n/test a',
    '> - b\n/test a',
    'Command | Use\n--- | ---\n/test a | all of them',
    '<details>\n<summary>How</summary>\n\n/test a\n\n</details>',
    '<pre>\n/test a\n</pre>',
    'Hi <!-- a\n/test a\n-->',
    'Hello\n\nFrom: A <a@b.example>\nSent: Monday\nSubject: Re: a\n\n/test a',
    'Hello\n-----Original Message-----\n/test a',
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
    '*'.repeat(65_535) + 'x',
    '- '.repeat(32_768),
    '> - '.repeat(16_384),
    '>'.repeat(65_536),
    '> a\n\n'.repeat(13_107),
    'a<!--\n'.repeat(10_922),
    '<pre>`a`'.repeat(8_192),
    'a|\n'.repeat(21_845),
    'From: a\n'.repeat(8_192),
    '| -\n'.repeat(16_384),
  ])('in 65,536 characters is found at once', (text) => {
    const { user } = process.cpuUsage();
    read(text);
    expect(process.cpuUsage().user - user).toBeLessThan(2_000_000);
  });
});
