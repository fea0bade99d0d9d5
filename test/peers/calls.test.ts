/** Concurrency groups, artifact names and conditions of the workflows, evaluated by GitHub's own expression evaluator. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { inputs as ofCompose } from '../../actions/run-compose.inputs.js';
import { inputs } from '../../actions/run-tox.inputs.js';
import { parseInputs, type InputDefinitions } from '../../src/core/inputs/inputs.js';
import type { Interruption } from '../../src/core/diagnosis/explanation.js';
import { renderInterruptions } from '../../src/core/stop/interruptions.js';
import { composeArtifactName } from '../../src/core/test-request/compose.js';
import { evaluate, interpolate } from './github-parser.js';

type Inputs = Readonly<Record<string, unknown>>;
interface Job {
  readonly if?: string;
  readonly 'runs-on'?: string;
  readonly steps?: readonly {
    if?: string;
    uses?: string;
    with?: Readonly<Record<string, string>>;
    env?: Readonly<Record<string, string>>;
    run?: string;
  }[];
}
interface Workflow {
  readonly concurrency: { readonly group: string; readonly 'cancel-in-progress': string };
  readonly on: {
    readonly workflow_call: { readonly inputs: Readonly<Record<string, { readonly default?: unknown }>> };
  };
  readonly jobs: Readonly<Record<string, Job>>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => parse(readFileSync(`${root}${path}`, 'utf8')) as Workflow;
const files = [
  '.github/workflows/tox-on-ec2.yml',
  '.github/workflows/compose-on-ec2.yml',
  '.github/workflows/phases-on-ec2.yml',
  '.github/workflows/all_environments.yml',
  'workflows/starter/other-owner/tox-on-ec2.yml',
  'workflows/starter/other-owner/compose-on-ec2.yml',
  'workflows/starter/other-owner/phases-on-ec2.yml',
  'workflows/starter/other-owner/all_environments.yml',
];

const push = { event_name: 'push', ref: 'refs/heads/main', run_id: '1', workflow: 'CI' };
const pull = { event_name: 'pull_request', ref: 'refs/pull/7/merge', run_id: '1', workflow: 'CI' };

describe.each(files)('%s', (file) => {
  const { concurrency, on } = read(file);
  const defaults = Object.fromEntries(
    Object.entries(on.workflow_call.inputs).map(([name, one]) => [name, one.default]),
  );
  const groupOf = (github: object, inputs: Inputs = {}) =>
    interpolate(concurrency.group, { github, inputs: { ...defaults, ...inputs } });
  const cancels = (github: object) => interpolate(concurrency['cancel-in-progress'], { github, inputs: defaults });

  test.each(Object.keys(defaults))('calls that differ only in %s have different concurrency groups', (name) => {
    for (const github of [push, pull]) {
      expect(groupOf(github, { [name]: 'one' })).not.toBe(groupOf(github, { [name]: 'another' }));
    }
  });

  test('inputs that join to the same text have different concurrency groups', () => {
    expect(groupOf(push, { ref: 'a-b', repository: 'c' })).not.toBe(groupOf(push, { ref: 'a', repository: 'b-c' }));
  });

  test('every push is tested, but only the newest commit of a pull request', () => {
    expect(groupOf(push)).not.toBe(groupOf({ ...push, run_id: '2' }));
    expect(groupOf(pull)).toBe(groupOf({ ...pull, run_id: '2' }));
    expect([cancels(push), cancels(pull)]).toEqual(['false', 'true']);
  });

  test('every comment is tested', () => {
    const comment = { ...push, event_name: 'issue_comment' };
    expect(groupOf(comment)).not.toBe(groupOf({ ...comment, run_id: '2' }));
  });
});

test.each([
  'workflows/starter/tox.yml',
  'workflows/starter/compose.yml',
  'workflows/starter/phases.yml',
  'workflows/starter/benchmark.yml',
  'workflows/starter/command.yml',
  'workflows/starter/all-environments/ci.yml',
  'workflows/example-marqo/after/CI.yml',
  '.github/workflows/ci.yml',
])('%s tests every push', (file) => {
  const group = (github: object) => interpolate(read(file).concurrency.group, { github, inputs: {} });
  expect(group(push)).not.toBe(group({ ...push, run_id: '2' }));
  expect(group(pull)).toBe(group({ ...pull, run_id: '2' }));
});

describe.each([
  ['tox-on-ec2.yml', { 'tox-env': 'py3', preset: 'amd64', 'python-version': '3.8' }, 'py3 amd64 3.8'],
  ['compose-on-ec2.yml', { directory: 'tests/e2e', preset: 'arm64' }, 'compose tests-e2e arm64'],
  ['phases-on-ec2.yml', { name: 'shop', preset: 'cuda' }, 'phases shop cuda'],
])('Artifacts of %s', (file, inputs, begin) => {
  const { jobs } = read(`.github/workflows/${file}`);
  const stepsWith = (action: string) =>
    Object.values(jobs).flatMap(({ steps = [] }) => steps.filter(({ uses = '' }) => uses.includes(action)));
  const all = stepsWith('upload-artifact');
  /** Those of either job that tests. The others are the results and the report on them. */
  const uploads = all.filter(({ with: given }) => !/ (results|report) /.test(given!['name']!));
  const title = interpolate(stepsWith('$/check-tests')[0]!.with!['artifact']!, { inputs });
  const [one, other] = ['0123456789ab', 'ba9876543210'].map((nonce) => composeArtifactName(title, nonce));
  const nameOf = (artifact: string, attempt: string, upload = uploads[0]!) =>
    interpolate(upload.with!['name']!, {
      needs: { start: { outputs: { artifact } } },
      github: { run_attempt: attempt },
    });

  test('of two calls, and of two attempts of one call, have different names', () => {
    expect(nameOf(one!, '1')).toBe(`${begin} 01234567 1`);
    expect(new Set([nameOf(one!, '1'), nameOf(one!, '2'), nameOf(other!, '1')]).size).toBe(3);
  });

  test('and the results of a call, and the report on them, have different names', () => {
    const names = new Set(all.map((upload) => nameOf(one!, '1', upload)));
    expect(names.size).toBe(file === 'tox-on-ec2.yml' ? 1 : 3);
  });

  test('have the same name from either job that tests', () => {
    expect(uploads.map((upload) => nameOf(one!, '1', upload))).toEqual(Array(2).fill(nameOf(one!, '1')));
  });
});

test('an artifact name is valid on GitHub for any inputs', () => {
  expect(composeArtifactName('a/b\\c:d"e<f>g|h*i?j\r\nk', '0123456789ab')).toBe('a-b-c-d-e-f-g-h-i-j-k 01234567');
});

describe.each([
  ['workflows/starter/tox.yml', 'tests', 'not-tested'],
  ['workflows/starter/compose.yml', 'tests', 'not-tested'],
  ['workflows/starter/phases.yml', 'phases', 'not-tested'],
  ['workflows/starter/benchmark.yml', 'benchmark', 'not-measured'],
  ['workflows/starter/command.yml', 'start', 'not-run'],
])('%s starts machines only where GitHub gives the secrets', (file, guarded, instead) => {
  const { jobs } = read(file);
  const own = { full_name: 'octo-org/octo-repo' };
  const from = (repo: object | null, actor = 'octocat') => ({
    actor,
    repository: 'octo-org/octo-repo',
    event_name: 'pull_request',
    event: { pull_request: { head: { repo } } },
  });
  const at = (event_name: string, actor = 'octocat') => ({
    actor,
    repository: 'octo-org/octo-repo',
    event_name,
    event: {},
  });

  test.each([
    ['a push', at('push'), true],
    ['a dispatch', at('workflow_dispatch'), true],
    ['a pull request of a branch of this repository', from(own), true],
    ['a pull request from a fork', from({ full_name: 'stranger/octo-repo' }), false],
    ['a pull request from a fork that is gone', from(null), false],
    ["Dependabot's pull request", from(own, 'dependabot[bot]'), false],
    ['a push to main by Dependabot, which merges', at('push', 'dependabot[bot]'), false],
  ])('%s', (_, github, starts) => {
    expect(evaluate(jobs[guarded]!.if!, { github })).toBe(starts);
    const needs = { [guarded]: { result: starts ? 'failure' : 'skipped' } };
    expect(evaluate(jobs[instead]!.if!, { github, needs }, { always: true })).toBe(!starts);
  });

  test('says why, and what to do, in a warning and in the summary', () => {
    const { env, run } = jobs[instead]!.steps!.at(-1)!;
    const who = (github: object) => interpolate(env!['WHO']!, { github });
    expect([who(from(own, 'dependabot[bot]')), who(from(null))]).toEqual(['Dependabot', 'a fork']);
    expect(run).toMatch(/::warning title=.*\$message[^]*\$message" >>"\$GITHUB_STEP_SUMMARY"/);
  });
});

describe.each(['workflows/starter/command.yml', 'workflows/starter/shortest.yml'])('%s', (file) => {
  const job = read(file).jobs['job']!;
  const needs = (attempt: string, label = 'ec2-1') => ({ start: { outputs: { attempt, label } } });
  const github = { run_attempt: '2' };

  test.each([
    ['in the attempt that started the machine, runs on it', needs('2'), 'ec2-1', false],
    ['in a later attempt, does not wait for a label without a machine', needs('1'), 'ubuntu-24.04', true],
    ['without a label, which GitHub has dropped, fails', needs('2', ''), 'ubuntu-24.04', true],
  ])('%s', (_, given, label, fails) => {
    expect(interpolate(job['runs-on']!, { github, needs: given })).toBe(label);
    expect(evaluate(job.steps![0]!.if!, { github, needs: given })).toBe(fails);
  });
});

describe.each([
  ['all-environments/test-command.yml', 'tests'],
  ['test-command.yml', 'tox'],
  ['test-command.yml', 'compose'],
  ['test-command.yml', 'phases'],
])('%s, its job %s', (name, tests) => {
  const { jobs, concurrency } = read(`workflows/starter/${name}`);
  const commented = (body: string, issue: object = { pull_request: { url: 'https://x.y' } }) => ({
    event_name: 'issue_comment',
    run_id: '1',
    event: { issue, comment: { id: 7, body } },
  });

  test.each([
    ['a command on a pull request', commented('/test unit'), true],
    ['a command in capitals', commented('/Test UNIT'), true],
    ['a plan', commented('Is it that?\r\n/plan unit'), true],
    ['a command on an issue', commented('/test unit', {}), false],
    ['another comment', commented('Looks good'), false],
  ])('reads, or not, %s', (_, github, reads) => {
    expect(Boolean(evaluate(jobs['plan']!.if!, { github }))).toBe(reads);
  });

  test('handles every comment, and two that are posted at once', () => {
    const groupOf = (id: number) => {
      const github = commented('/test unit');
      return interpolate(concurrency.group, { github: { ...github, event: { comment: { id } } }, inputs: {} });
    };
    expect(groupOf(7)).not.toBe(groupOf(8));
    expect(concurrency['cancel-in-progress']).toBe(false);
  });

  const planned = { sha: 'a', answer: '{}', skip: '', tests: `unit,${tests}` };

  test.each([
    ['a run that was planned', 'success', planned, [true, true]],
    ['a comment that runs nothing', 'success', { ...planned, sha: '', answer: '', skip: 'why' }, [false, false]],
    ['a plan that is red', 'failure', {}, [false, false]],
    // GitHub drops outputs that contain the text of a secret.
    ['a lost commit', 'success', { ...planned, sha: '' }, [false, true]],
    ['a lost answer', 'success', { ...planned, answer: '' }, [true, true]],
  ])('after %s', (_, result, outputs, [runs, isAnswered]) => {
    const github = commented('/test unit');
    const plan = { result, outputs };
    expect(evaluate(jobs[tests]!.if!, { github, needs: { plan } })).toBe(runs);
    for (const result of ['success', 'failure', 'cancelled', 'skipped'])
      expect(evaluate(jobs['answer']!.if!, { github, needs: { plan, [tests]: { result } } }, { always: true })).toBe(
        isAnswered,
      );
  });
});

describe('test-command.yml', () => {
  const { jobs, concurrency } = read('workflows/starter/test-command.yml') as Workflow & {
    readonly jobs: Readonly<Record<string, { readonly with?: Readonly<Record<string, unknown>> }>>;
  };
  const tests = ['tox', 'compose', 'phases'];

  test('runs the tests that the command names, and no other', () => {
    const runs = (named: string) =>
      tests.filter((name) =>
        evaluate(jobs[name]!.if!, { needs: { plan: { result: 'success', outputs: { sha: 'a', tests: named } } } }),
      );
    expect(runs('compose')).toEqual(['compose']);
    expect(runs('phases,tox')).toEqual(['tox', 'phases']);
    expect(runs('compose-long')).toEqual([]);
  });

  test.each(tests)('starts no machine for %s with a plan that GitHub dropped', (name) => {
    const fill = (outputs: object) =>
      Object.fromEntries(
        Object.entries(jobs[name]!.with!).map(([key, text]) => [
          key,
          interpolate(String(text), { needs: { plan: { outputs } } }),
        ]),
      );
    const outputs = { sha: 'a', machine: '{"preset": "cuda", "keep": "true"}', config: '{"env": {"A": 1}}' };
    expect(fill(outputs)).toMatchObject({ ref: 'a', preset: 'cuda', 'ec2-instance-type': '', env: '{\n  "A": 1\n}' });
    if (name === 'phases') expect(fill(outputs)).toMatchObject({ keep: 'true', only: '', config: outputs.config });
    for (const lost of ['machine', 'config']) expect(() => fill({ ...outputs, [lost]: '' })).toThrow(/empty input/);
  });

  test('also runs by hand, and then each run counts', () => {
    const github = { event_name: 'workflow_dispatch', run_id: '1', event: {} };
    expect(evaluate(jobs['plan']!.if!, { github })).toBe(true);
    const groupOf = (run_id: string) => interpolate(concurrency.group, { github: { ...github, run_id }, inputs: {} });
    expect(groupOf('1')).not.toBe(groupOf('2'));
    const plan = { result: 'success', outputs: { sha: 'a', answer: '', skip: '' } };
    expect(evaluate(jobs['answer']!.if!, { github, needs: { plan } }, { always: true })).toBe(false);
  });
});

test.each(['success', 'failure', 'cancelled', 'skipped'])(
  'command.yml stops what a start began that ended as %s',
  (result) => {
    const stop = read('workflows/starter/command.yml').jobs['stop']!;
    expect(evaluate(stop.if!, { needs: { start: { result } } }, { always: true })).toBe(result !== 'skipped');
  },
);

/** The call of a starter, with the matrix in place. */
function callOf(starter: string) {
  const { tests } = (
    parse(readFileSync(`${root}workflows/starter/${starter}`, 'utf8')) as {
      jobs: { tests: { name: string; with: Readonly<Record<string, string>> } };
    }
  ).jobs;
  const fill = (matrix: object) =>
    Object.fromEntries(Object.entries(tests.with).map(([name, text]) => [name, interpolate(text, { matrix })]));
  return { name: tests.name, fill };
}

/** A line of a list as texts. */
const textsOf = (line: object) => Object.fromEntries(Object.entries(line).map(([name, one]) => [name, `${one}`]));

/** What an action says of inputs that a starter passes on. `preset` is start-runner's. */
function problemsIn(definitions: InputDefinitions, { preset: _preset, ...values }: Readonly<Record<string, string>>) {
  const raw = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, { text }]));
  return parseInputs(definitions, raw).problems;
}

describe("tox.yml takes lists as public projects' workflows have them:", () => {
  const call = callOf('tox.yml');
  const defaults = { preset: 'amd64', 'python-version': '', posargs: '' };

  test.each([
    ['a name for each line', { 'tox-env': 'py36-django3', 'python-version': '3.6' }],
    ['dots in factors', { 'tox-env': 'py310-django4.2', 'python-version': '3.10' }],
    ['a dot in the name', { 'tox-env': 'py3.11' }],
    ['a version that is a number in YAML', { 'tox-env': 'py38', 'python-version': 3.8 }],
    ['several at once', { 'tox-env': 'py37,mypy', 'python-version': '3.7' }],
    ['arguments for the tests', { 'tox-env': 'py311-test-alldeps', posargs: '--remote-data -m "not regression"' }],
    ['one factor', { 'tox-env': 'django42', preset: 'arm64' }],
    ['a product of two lists', { 'tox-env': 'py', 'python-version': '3.14' }],
    ['a pre-release of Python', { 'tox-env': 'py315', 'python-version': '3.15.0rc1' }],
    ['PyPy', { 'tox-env': 'pypy310', 'python-version': 'pypy3.10' }],
    ['a preset of your own', { 'tox-env': 'gpu', preset: 'big' }],
  ])('%s', (_, line) => {
    const values = call.fill(line);
    expect(values).toEqual({ ...defaults, ...textsOf(line) });
    expect(problemsIn(inputs, values)).toEqual([]);
    expect(interpolate(call.name, { matrix: line })).toBe(`${line['tox-env']}, ${values['preset']}`);
  });
});

describe('compose.yml takes', () => {
  const call = callOf('compose.yml');
  const defaults = { preset: 'amd64', session: '', run: '', gpu: '' };

  test.each([
    ['a folder alone', { directory: 'tests/e2e' }],
    ['the root of the repository', { directory: '.', session: 'tester' }],
    ['several sessions', { directory: '.', session: 'unit,end-to-end' }],
    ['a command on the machine', { directory: 'api', run: 'npm ci && npm test' }],
    ['a number of GPUs, which is a number in YAML', { directory: '.', preset: 'cuda', gpu: 1 }],
    ['all GPUs', { directory: '.', preset: 'cuda', gpu: 'all' }],
  ])('%s', (_, line) => {
    const values = call.fill(line);
    expect(values).toEqual({ ...defaults, ...textsOf(line) });
    expect(problemsIn(ofCompose, values)).toEqual([]);
    expect(interpolate(call.name, { matrix: line })).toBe(`${line.directory}, ${values['preset']}`);
  });
});

describe("The condition in stop-runner's README for a job that follows an interruption", () => {
  const readme = readFileSync(`${root}stop-runner/README.md`, 'utf8');
  const [, condition = ''] = /^ {2}if: (\$\{\{ !cancelled\(\) .*)$/m.exec(readme)!;
  const outputOf = (...jobs: Interruption['job'][]) =>
    renderInterruptions(
      jobs.map((job) => ({
        runners: [],
        what: '',
        evidence: '',
        hint: '',
        isTrouble: true,
        lines: [],
        interruption: { instanceId: 'i-01', label: 'a', runners: [], job, lostJobs: [] },
      })),
    );

  test.each<[Interruption['job'][], boolean, boolean]>([
    [['lost'], false, true],
    [['finished', 'lost'], false, true],
    [['finished', 'none', 'unknown'], false, false],
    [[], false, false],
    [['lost'], true, false],
  ])('%j, canceled %j: %j', (jobs, cancelled, expected) => {
    const needs = { stop: { outputs: { interrupted: outputOf(...jobs) } } };
    expect(evaluate(condition, { needs }, { cancelled })).toBe(expected);
  });
});
