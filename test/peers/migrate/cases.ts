import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Inputs = Readonly<Record<string, string>>;

/** A public workflow's inputs for ec2-github-runner or a fork of it, and what is right for a user who changed `uses:`. */
export interface Case {
  readonly id: string;
  readonly start: Inputs;
  readonly stop: { readonly succeeded: Inputs; readonly failed: Inputs };
  readonly shape: {
    readonly jobs_on_label: number;
    readonly waits_minutes?: number;
    readonly timeout_minutes?: number;
  };
  readonly plays: readonly string[];
  readonly expected: { readonly checks: Readonly<Record<string, string | boolean>> };
}

/** The collected cases beside this checkout; empty in a user's clone, which has only the shapes below. */
export function readCases(): readonly Case[] {
  const places = ['../../../../shared', '../../../../../shared'].map(
    (folder) => new URL(`${folder}/cases/migrate/cases.json`, import.meta.url),
  );
  const place = places.find((one) => existsSync(fileURLToPath(one)));
  return place ? (JSON.parse(readFileSync(place, 'utf8')) as readonly Case[]) : [];
}

const start = {
  mode: 'start',
  'github-token': '$TOKEN',
  'ec2-image-id': 'ami-0aaaaaaaaaaaaaa01',
  'ec2-instance-type': 't3.large',
  'subnet-id': 'subnet-0aaaaaaaaaaaaaa0a',
  'security-group-id': 'sg-0aaaaaaaaaaaaaa01',
};
const succeeded = { mode: 'stop', 'github-token': '$TOKEN', label: '$label', 'ec2-instance-id': '$id' };
const failed = { ...succeeded, label: '', 'ec2-instance-id': '' };
const alone = { jobs_on_label: 1 };

/** One shape of each kind, in our own words. */
export const ownShapes: readonly Case[] = [
  {
    id: 'own-plain',
    start,
    stop: { succeeded, failed },
    shape: alone,
    plays: ['single', 'failed'],
    expected: { checks: { start: 'ok', stop: 'ok', 'failed.stop': 'ok' } },
  },
  {
    id: 'own-two-trios-four-jobs',
    start,
    stop: { succeeded, failed },
    shape: { jobs_on_label: 4, timeout_minutes: 400 },
    plays: ['single', 'trios'],
    expected: {
      checks: {
        start: 'ok with a warning',
        jobs: 'told: `count: 4`, `max-lifetime-minutes: …`',
        'trios.a_machine': 'alive',
      },
    },
  },
  {
    id: 'own-killed',
    start,
    stop: { succeeded, failed },
    shape: alone,
    plays: ['killed'],
    expected: { checks: { 'killed.machine': 'gone' } },
  },
  {
    id: 'own-idle-and-slow',
    start,
    stop: { succeeded, failed },
    shape: { jobs_on_label: 1, waits_minutes: 20 },
    plays: ['single', 'slow'],
    expected: { checks: { idle: 'told: `idle-timeout-minutes: 60`', 'slow.start': 'ok' } },
  },
  {
    id: 'own-stop-with-everything',
    start,
    stop: {
      succeeded: {
        ...succeeded,
        'ec2-instance-id': '',
        'ec2-instance-ids': '["$id"]',
        'subnet-id': 'subnet-0aaaaaaaaaaaaaa0a',
        'eip-allocation-id': 'eipalloc-0aaaaaaaaaaaaaa01',
        'ec2-volume-size': 'many',
      },
      failed,
    },
    shape: alone,
    plays: ['single'],
    expected: { checks: { stop: 'ok, a line per ignored input; machine gone' } },
  },
  {
    id: 'own-label-with-two-ids',
    start: { ...start, label: 'gpu-7001' },
    stop: { succeeded: { ...succeeded, label: '', 'ec2-instance-id': '$id, i-0123456789abcdef0' }, failed },
    shape: alone,
    plays: ['single', 'sibling', 'retry'],
    expected: { checks: { stop: 'ok', sibling: 'alive', 'retry.machine': 'alive' } },
  },
];
