import { describe, expect, test } from '@jest/globals';
import { chooseTox, readMajorVersion } from '../../../../src/core/tox/choose-tox.js';

describe('The version of tox is read', () => {
  test.each([
    ['3.28.0 imported from /x/tox/__init__.py', 3],
    ['4.67.15 from /x/tox/__init__.py', 4],
    ['error: no such option', undefined],
  ])('from %j', (line, major) => expect(readMajorVersion(['', line])).toBe(major));
});

describe('tox', () => {
  const request = { pythonVersion: undefined, toxVersion: undefined };
  const line = (more: object, has: { tox: boolean; uv: boolean }): string => {
    const { command, args } = chooseTox({ ...request, ...more }, has);
    return [command, ...args].join(' ');
  };

  test("is the machine's own when no version is requested", () => {
    expect(line({}, { tox: true, uv: true })).toBe('tox');
  });

  test('is installed by uv when it is missing, or a version is requested', () => {
    expect(line({}, { tox: false, uv: true })).toBe('uv tool run --from=tox tox');
    expect(line({ toxVersion: '3.26', pythonVersion: '3.8' }, { tox: true, uv: true })).toBe(
      'uv tool run --python 3.8 --from=tox==3.26 tox',
    );
  });

  test('is never another version than the requested one', () => {
    expect(() => line({ toxVersion: '3.26' }, { tox: true, uv: false })).toThrow('no uv to bring other versions');
    expect(() => line({}, { tox: false, uv: false })).toThrow('neither tox nor uv');
  });
});
