import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { alignPins } from '../../../scripts/print/pins.js';
import { readWorkflowSources } from '../../../scripts/print/workflow-sources.js';
import { renderWorkflows } from '../../../scripts/print/workflows.js';

const [old, bumped, other] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];
const line = (commit: string, version: string, action = 'actions/checkout'): string =>
  `      - uses: ${action}@${commit} # ${version}\n`;

describe('Pins', () => {
  test('take the newest version of any file, as Dependabot writes it into a printed workflow', () => {
    const texts = {
      'workflows/pins.yml': `checkout: actions/checkout@${old} # v7.0.1\n`,
      '.github/workflows/ci.yml': line(old, 'v7.0.1') + line(other, 'v1.0.0', 'actions/cache/save'),
      '.github/workflows/tox-on-ec2.yml': line(bumped, 'v7.0.10'),
    };
    expect(alignPins(texts)).toEqual({
      'workflows/pins.yml': `checkout: actions/checkout@${bumped} # v7.0.10\n`,
      '.github/workflows/ci.yml': line(bumped, 'v7.0.10') + line(other, 'v1.0.0', 'actions/cache/save'),
    });
  });

  test('of several folders of one repository have one version', () => {
    const texts = {
      a: line(old, 'v4.1.0', 'actions/cache/save'),
      b: line(bumped, 'v4.2.0', 'actions/cache/restore'),
    };
    expect(alignPins(texts)).toEqual({ a: line(bumped, 'v4.2.0', 'actions/cache/save') });
  });

  test('that agree change nothing, and neither do tags and versions that are not complete', () => {
    const texts = {
      a: line(old, 'v7.0.1'),
      b: line(old, 'v7.0.1'),
      c: 'uses: actions/checkout@v9\n' + line(other, 'v9'),
    };
    expect(alignPins(texts)).toEqual({});
  });

  test('are refused when one version has two commits', () => {
    const texts = { 'one.yml': line(old, 'v7.0.1'), 'two.yml': line(bumped, 'v7.0.1') };
    expect(() => alignPins(texts)).toThrow(
      `actions/checkout v7.0.1 is commit ${old} in one.yml and ${bumped} in two.yml.`,
    );
  });

  test('of pins.yml reach every printed workflow', () => {
    const find = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
    const read = (path: string): string => readFileSync(find(path), 'utf8');
    const pins = read('workflows/pins.yml').replace(/(checkout@)\w+ # \S+/, `$1${bumped} # v99.0.0`);
    const sources = readWorkflowSources({
      read: (path) => (path === 'workflows/pins.yml' ? pins : read(path)),
      list: (folder) => readdirSync(find(folder)),
    });
    expect(renderWorkflows(sources)['.github/workflows/tox-on-ec2.yml']).toContain(`checkout@${bumped} # v99.0.0`);
  });
});
