import { describe, expect, test } from '@jest/globals';
import { listVersions, readUnreleased, releaseSection } from '../../../scripts/release/changelog.js';
import { compareVersions, parseVersion } from '../../../scripts/release/version.js';

const changelog =
  '# Changelog\n\n## Unreleased\n\n### Added\n\n- One.\n\n## [1.0.0](https://x) - 2026-01-02\n\n- Old.\n';
const released = { version: '1.1.0', date: '2026-11-27', repository: 'my-org/ci-actions', previous: '1.0.0' };

describe('A version', () => {
  test.each(['1.0', 'v1.0.0', '1.0.0-beta', '1.0.0-rc.0', '01.0.0', '1.0.0+build', '1.0.0 ', 'latest', ''])(
    '"%s" is refused',
    (text) => expect(parseVersion(text)).toBeUndefined(),
  );

  test('is in order by numbers, and a pre-release is before its release', () => {
    const texts = ['1.10.0', '1.9.9', '1.10.0-rc.10', '2.0.0', '1.10.0-rc.9', '1.10.1'];
    const sorted = texts.map((text) => parseVersion(text)!).sort(compareVersions);
    expect(sorted.map(({ text }) => text)).toEqual([
      '1.9.9',
      '1.10.0-rc.9',
      '1.10.0-rc.10',
      '1.10.0',
      '1.10.1',
      '2.0.0',
    ]);
  });
});

describe('The changelog', () => {
  test('gets a section with date and link, and an empty one for what comes', () => {
    const text = releaseSection(changelog, released);
    expect(text).toContain(
      '## Unreleased\n\n' +
        '## [1.1.0](https://github.com/my-org/ci-actions/compare/v1.0.0...v1.1.0) - 2026-11-27\n\n### Added\n\n- One.\n',
    );
    expect(listVersions(text)).toEqual(['1.1.0', '1.0.0']);
    expect(readUnreleased(text)).toBe('');
  });

  test('links the tag of the first version, which has none before it', () => {
    const text = releaseSection(changelog, { ...released, previous: undefined });
    expect(text).toContain('## [1.1.0](https://github.com/my-org/ci-actions/releases/tag/v1.1.0) - 2026-11-27');
  });

  test('is read up to the next version, and without the heading', () => {
    expect(readUnreleased(changelog)).toBe('### Added\n\n- One.');
    expect(readUnreleased('# Changelog\n\n## 1.0.0\n')).toBeUndefined();
  });
});
