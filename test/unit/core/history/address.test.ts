import { describe, expect, test } from '@jest/globals';
import { parseHistoryAddress } from '../../../../src/core/history/address.js';
import { BadValue } from '../../../../src/core/inputs/inputs.js';

describe('The address of a history', () => {
  test.each([
    ['s3://ci-results/history.jsonl', { kind: 's3', bucket: 'ci-results', key: 'history.jsonl' }],
    ['s3://ci-results/a/b c.jsonl', { kind: 's3', bucket: 'ci-results', key: 'a/b c.jsonl' }],
    ['branch:benchmarks', { kind: 'branch', branch: 'benchmarks', file: 'history.jsonl' }],
    ['branch:ci/figures:bench/main.jsonl', { kind: 'branch', branch: 'ci/figures', file: 'bench/main.jsonl' }],
    ['out/history.jsonl', { kind: 'file', path: 'out/history.jsonl' }],
    ['/mnt/history.jsonl', { kind: 'file', path: '/mnt/history.jsonl' }],
  ])('%s', (text, expected) => expect(parseHistoryAddress(text)).toEqual(expected));

  test.each([
    's3://ci-results',
    's3://ci-results/',
    's3://ci-results/folder/',
    's3://ci-results//key',
    's3://ci-results/a/../b',
    's3://CI/key',
    'https://example.org/history.jsonl',
    'branch:',
    'branch:-x',
    'branch:a..b',
    'branch:a b',
    'branch:a.lock',
    'branch:a:',
    'branch:a:/etc/passwd',
    'branch:a:../b',
    'branch:a:.git/config',
    'folder/',
    'two\nlines',
  ])('not %s', (text) => expect(() => parseHistoryAddress(text)).toThrow(BadValue));
});
