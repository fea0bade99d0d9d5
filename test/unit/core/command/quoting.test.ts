import { describe, expect, test } from '@jest/globals';
import { quoteValue, startOfJson } from '../../../../src/core/command/quoting.js';
import { WrittenNumber } from '../../../../src/core/config/value.js';

describe('A value', () => {
  test.each([
    ['m6i.xlarge', '`m6i.xlarge`'],
    ['two words', '`two words`'],
    ['', '`""`'],
    ['true', '`"true"`'],
    ['No', '`"No"`'],
    ['0777', '`"0777"`'],
    ['22:22', '`"22:22"`'],
    [' a', '`" a"`'],
    ['{a', '`"{a"`'],
    ['a\nb', '`"a\\nb"`'],
    [3, '`3`'],
    [false, '`false`'],
    [null, '`null`'],
    [undefined, 'not in the file'],
    [new WrittenNumber(1, '1.0'), '`1.0`'],
    [[1, 'a', { b: null, c: [] }], '`[1, "a", {"b": null, "c": []}]`'],
    [{}, '`{}`'],
  ])('%j is %s', (value, markdown) => {
    expect(quoteValue(value)).toBe(markdown);
  });

  test('is cut, however long or deep it is', () => {
    const long = 'x'.repeat(100_000);
    expect(quoteValue(long)).toBe(`\`${'x'.repeat(119)}…\``);
    expect(quoteValue(`1${long}`)).toBe(`\`"1${'x'.repeat(117)}…\``);
    expect(quoteValue({ [long]: long }, 10)).toBe('`{"xxxxxxx…`');
    expect(quoteValue([[[[long, long]]], long], 10)).toBe('`[[[["xxxx…`');
  });

  test('takes no longer to show when it is larger', () => {
    let looked = 0;
    const list = new Proxy(
      Array.from({ length: 1_000 }, () => 'ab'),
      {
        get(target, key) {
          if (typeof key === 'string' && /^\d+$/.test(key)) looked++;
          return Reflect.get(target, key) as unknown;
        },
      },
    );
    expect(startOfJson(list, 50).length).toBeGreaterThan(50);
    expect(looked).toBeLessThan(15);
    expect(startOfJson('x'.repeat(1_000), 50)).toHaveLength(53);
  });
});
