import { describe, expect, test } from '@jest/globals';
import { formatKey, parseKey } from '../../../../src/core/config/key-path.js';

describe('A key', () => {
  test.each([
    ['a', ['a']],
    ['tests.fine_tuning.gpu', ['tests', 'fine_tuning', 'gpu']],
    ['ci_presets.light["tests.gpu"]', ['ci_presets', 'light', 'tests.gpu']],
    ["ci_presets['opt-125m'].x", ['ci_presets', 'opt-125m', 'x']],
    ['vllm_args[5]', ['vllm_args', 5]],
    ['a[0][1].b-c', ['a', 0, 1, 'b-c']],
    ['$.a.b', ['a', 'b']],
    ['["a b"].c', ['a b', 'c']],
  ])('%s is %j', (key, path) => {
    expect(parseKey(key)).toEqual(path);
  });

  test.each(['', 'a..b', '.a', 'a.', 'a[', 'a[-1]', 'a[x]', 'a["b]', 'a.*', 'a[*]', 'a[?(@.b)]', '$..a', 'a b[0'])(
    '%j is refused',
    (key) => {
      expect(parseKey(key)).toBeUndefined();
    },
  );

  test.each([['a'], ['a.b[0]["c.d"]'], ['["x[1]"].y'], [`ci_presets.b['ci_presets.c["x.y"]']`]])(
    '%s is written as it is read',
    (key) => {
      expect(formatKey(parseKey(key)!)).toBe(key);
    },
  );
});
