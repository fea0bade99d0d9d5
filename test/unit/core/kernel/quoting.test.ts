import { describe, expect, test } from '@jest/globals';
import { fitTexts, link, listSome, prose, quote, toCell } from '../../../../src/core/kernel/quoting.js';

describe('A text as code', () => {
  test.each([
    ['a', '`a`'],
    ['', "`''`"],
    ['a`b', '``a`b``'],
    ['``', '` `` `'],
    ['`a``', '``` `a`` ```'],
    [' a ', '`  a  `'],
    [' a', '` a`'],
    ['  ', '`  `'],
    ['a\nb\tc\r', '`a\\nb\\tc\\r`'],
    ['\u202Ea\u200b\u0000', '`\\u{202e}a\\u{200b}\\u{0}`'],
    ['👩‍💻', '`👩‍💻`'],
  ])('%j is %j', (text, markdown) => {
    expect(quote(text)).toBe(markdown);
  });

  test('is cut, and not within a character', () => {
    expect(quote('abcdef', 4)).toBe('`abc…`');
    expect(quote('ab😀😀', 4)).toBe('`ab…`');
  });
});

describe('A sentence', () => {
  test.each([
    ['the comment, line 2: `/var a=1` has `=`.', 'the comment, line 2: `/var a=1` has `=`.'],
    ['a  b\n\nc', 'a b c'],
    ['an odd ` sign', 'an odd &#96; sign'],
    ['`a` and `', '`a` and &#96;'],
    ['*a* _b_ <b> & ~c~ | [x](y)', '\\*a\\* \\_b\\_ &lt;b&gt; &amp; \\~c\\~ \\| \\[x\\](y)'],
    ['# a', '\\# a'],
    ['12. a', '12\\. a'],
    ['12) a', '12\\) a'],
    ['- a', '\\- a'],
    ['+ a', '\\+ a'],
    ['/test all', '\\/test all'],
    ['===', '\\==='],
    ['costs $5 or $6', 'costs <span>$</span>5 or <span>$</span>6'],
    ['a\u0000b', 'a\\\\u{0}b'],
  ])('%j is %j', (text, markdown) => {
    expect(prose(text)).toBe(markdown);
  });

  test.each([
    ['@hubot', '@\u200bhubot'],
    ['#12', '#\u200b12'],
    ['o/r#12', 'o/r#\u200b12'],
    ['GH-12', 'GH-\u200b12'],
    ['http://x.y', 'http:\u200b//x.y'],
    ['www.x.y', 'www\u200b.x.y'],
    [':tada:', ':\u200btada:'],
    ['a: b', 'a: b'],
    ['no #hash', 'no #hash'],
  ])('%j refers to nothing: a sign without width is in it', (text, shown) => {
    expect(prose(`x ${text}`).replaceAll('&#8203;', '\u200b')).toBe(`x ${shown}`);
  });

  test('that is cut within code ends the code', () => {
    expect(prose('say `abcdefgh` now', 10)).toBe('say `abcd…`');
    expect(prose('say `abc` then more', 12)).toBe('say `abc` t…');
  });
});

test('a cell keeps each pipe and the backslashes before it', () => {
  expect(toCell('`a|b\\|c`')).toEqual({ markdown: '`a\\|b\\\\|c`' });
});

test.each([
  ['https://x.y/a_b?c=d#e', '[a](https://x.y/a_b?c=d#e)'],
  ['https://x.y/a)b|[c]', '[a](https://x.y/a%29b%7c%5bc%5d)'],
  ['javascript:alert(1)', 'a'],
  ['https://x.y/a b', 'a'],
  ['', 'a'],
])('a link to %j is %j', (url, markdown) => {
  expect(link('a', url)).toBe(markdown);
});

test('texts are taken while they fit, counted in bytes, each with a separator', () => {
  expect(fitTexts(['aa', 'é', 'c'], (one) => one, 8)).toEqual({ shown: ['aa', 'é'], left: 1 });
  expect(listSome(['a', 'b', 'c'], (one) => one, 6)).toBe('a, b, … and 1 more');
  expect(listSome(['a', 'b'], (one) => one, 6)).toBe('a, b');
});
