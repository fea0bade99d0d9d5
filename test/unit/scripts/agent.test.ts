import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { AGENT, DATA_VOLUME, joinParts } from '../../../scripts/print/agent.js';
import { selectParts } from '../../../src/core/machine/boot-scripts.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');

test.each([AGENT, DATA_VOLUME])('the printed %s is its parts joined', (path) => {
  expect(read(path)).toBe(joinParts(path, read));
});

test('a part replaces the line that reads it, without its head', () => {
  const files: Readonly<Record<string, string>> = {
    'ami/boot/agent/main.sh': [
      '#!/bin/bash',
      '# The agent.',
      'root=',
      '',
      '# shellcheck source-path=SCRIPTDIR source=power.sh',
      'source "${BASH_SOURCE[0]%/*}/power.sh"',
      '',
      'run',
      '',
    ].join('\n'),
    'ami/boot/agent/power.sh': [
      '# shellcheck shell=bash',
      '# The way out.',
      '# shellcheck disable=SC2034',
      'set -e',
      'declare root',
      '',
      '# Ends it.',
      'finish() { echo "$root"; }',
      '',
    ].join('\n'),
  };
  expect(joinParts(AGENT, (path) => files[path]!).split('\n')).toEqual([
    '#!/bin/bash',
    '# Printed by `npm run print` from ami/boot/agent/: change the parts there.',
    '# The agent.',
    'root=',
    '',
    '# The way out.',
    '',
    '# Ends it.',
    'finish() { echo "$root"; }',
    '',
    'run',
    '',
  ]);
});

test('a part that only some payloads need is marked, and left out where no line of the payload needs it', () => {
  const part = [
    '# shellcheck shell=bash',
    '# Volumes.',
    '# only with: format 4, data-volume',
    'set -e',
    '',
    'mount() { :; }',
    '',
  ];
  const files: Readonly<Record<string, string>> = {
    'ami/boot/agent/main.sh': [
      '#!/bin/bash',
      '# shellcheck source-path=SCRIPTDIR source=volume.sh',
      'source "${BASH_SOURCE[0]%/*}/volume.sh"',
      'run',
      '',
    ].join('\n'),
    'ami/boot/agent/volume.sh': part.join('\n'),
  };
  const agent = joinParts(AGENT, (path) => files[path]!);
  const head = ['#!/bin/bash', '# Printed by `npm run print` from ami/boot/agent/: change the parts there.'];
  expect(agent.split('\n')).toEqual([
    ...head,
    '# {format 4, data-volume',
    '# Volumes.',
    '',
    'mount() { :; }',
    '# }',
    'run',
    '',
  ]);
  expect(selectParts(agent, ['#:format 4'])).toContain('mount() { :; }');
  expect(selectParts(agent, ['#:format 5', '#:data-volume vol-1 /data'])).toContain('mount() { :; }');
  expect(selectParts(agent, ['#:format 3', '#:data-volumes x']).split('\n')).toEqual([...head, 'run', '']);
});
