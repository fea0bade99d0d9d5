/** What all workflows to copy have in common: they work as they are, once the set-up has made the variables and secrets. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { toLocal } from '../worlds/own-repository.js';

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly uses?: string;
  readonly steps?: readonly Step[];
}
interface Workflow {
  readonly jobs: Readonly<Record<string, Job>>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');
const list = (folder: string): string[] =>
  readdirSync(`${root}${folder}`)
    .filter((name) => name.endsWith('.yml') && name !== 'ec2-runners.yml')
    .map((name) => `${folder}/${name}`);
const STARTERS = [...list('workflows/starter'), ...list('workflows/starter/all-environments')];

/** The variables and secrets that the set-up makes. TEST_ENV and what it holds is the user's own. */
const VARIABLES = ['AWS_POOL_ROLE', 'AWS_REAP_ROLE', 'AWS_REGION', 'AWS_ROLE', 'AWS_SECURITY_GROUP', 'RUNNER_APP_ID'];
const SECRETS = ['RUNNER_APP_PRIVATE_KEY', 'RUNNER_TOKEN', 'S2SEARCH_URL'];

const CREDENTIALS = {
  'github-token': '${{ secrets.RUNNER_TOKEN }}',
  'app-id': '${{ vars.RUNNER_APP_ID }}',
  'app-private-key': '${{ secrets.RUNNER_APP_PRIVATE_KEY }}',
};
const OURS = /^\.\/(start-runner|stop-runner|reap-runners|fill-pool)$/;

describe.each(STARTERS)('%s', (path) => {
  const text = read(path);
  const code = text.replace(/(^|\s)#.*$/gm, '');
  const jobs = Object.entries((parse(text) as Workflow).jobs);
  const steps = jobs.flatMap(([, { steps: own = [] }]) => own);

  test('reads only variables and secrets that the set-up makes', () => {
    const namesIn = (kind: string) =>
      [...code.matchAll(new RegExp(`\\b${kind}\\.(\\w+)`, 'g'))].map(([, name]) => name!);
    expect(namesIn('vars').filter((name) => !VARIABLES.includes(name))).toEqual([]);
    expect(namesIn('secrets').filter((name) => !SECRETS.includes(name))).toEqual([]);
  });

  test('gives our actions a token or an App, and machines the security group', () => {
    for (const { uses = '', with: inputs = {} } of steps) {
      if (!OURS.test(toLocal(uses))) continue;
      expect(inputs).toMatchObject(CREDENTIALS);
      const isLaunch = /start-runner|fill-pool/.test(uses);
      expect(inputs['security-group-id']).toBe(isLaunch ? '${{ vars.AWS_SECURITY_GROUP }}' : undefined);
    }
  });

  test('assumes roles only where it may, in the region of the variable', () => {
    for (const [name, { permissions, steps: own = [] }] of jobs) {
      const role = own.find(({ uses = '' }) => uses.startsWith('aws-actions/configure-aws-credentials@'));
      expect([name, permissions?.['id-token']]).toEqual([name, role || isCall(name) ? 'write' : undefined]);
      if (role) expect(role.with?.['aws-region']).toBe("${{ vars.AWS_REGION || 'us-east-1' }}");
    }
    function isCall(name: string): boolean {
      return jobs.some(([other, { uses }]) => other === name && uses !== undefined);
    }
  });

  test('grants called workflows what their jobs ask for', () => {
    for (const [, { uses, permissions = {} }] of jobs) {
      const [, called] = /^\.\/(.+\.yml)$/.exec(toLocal(uses ?? '')) ?? [];
      for (const job of called === undefined ? [] : Object.values((parse(read(called)) as Workflow).jobs)) {
        expect(permissions).toMatchObject(job.permissions ?? {});
      }
    }
  });
});

test.each(
  ['tox', 'compose'].flatMap((kind) =>
    ['.github/workflows', 'workflows/starter/other-owner'].map((folder) => `${folder}/${kind}-on-ec2.yml`),
  ),
)('%s, which a starter calls, launches into the security group of the variable', (path) => {
  const all = Object.values((parse(read(path)) as Workflow).jobs).flatMap(({ steps = [] }) => steps);
  const starts = all.filter(({ uses = '' }) => /\/start-runner(@v1)?$/.test(uses));
  const groups = starts.map(({ with: inputs }) => inputs?.['security-group-id']);
  expect(groups).toEqual(Array(2).fill('${{ inputs.security-group-id || vars.AWS_SECURITY_GROUP }}'));
});

test('shortest.yml is command.yml without the stop job, and without events that bring no secrets', () => {
  const jobsOf = (name: string) => (parse(read(`workflows/starter/${name}.yml`)) as Workflow).jobs;
  const { start, job } = jobsOf('command');
  const { if: _, ...unguarded } = start as Job & { readonly if?: string };
  expect(jobsOf('shortest')).toEqual({ start: unguarded, job });
  expect((parse(read('workflows/starter/shortest.yml')) as { on: unknown }).on).toBe('workflow_dispatch');
});

test.each([
  ['test-command', (names: string) => `known-environments: ${names}\n`],
  ['ci', (names: string) => `options: [all, ${names}]\n`],
])('all-environments/%s.yml lists the environments of the table', (name, toLine) => {
  const names = Object.keys(parse(read('workflows/environments.yml')) as object);
  expect(read(`workflows/starter/all-environments/${name}.yml`)).toContain(toLine(names.join(', ')));
});

test('Pages to copy from take the region from the variable, too', () => {
  const pages = [
    'README.md',
    ...['start-runner', 'stop-runner', 'reap-runners', 'fill-pool'].map((name) => `${name}/README.md`),
  ];
  const all = [
    ...pages,
    ...readdirSync(`${root}docs`).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
  ];
  expect(all.filter((page) => /aws-region: ['"]?[a-z]{2}-/.test(read(page)))).toEqual([]);
});
