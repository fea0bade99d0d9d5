import { describe, expect, test } from '@jest/globals';
import { parse } from '../../../../src/core/kernel/yaml.js';
import { findLabelJobs, type LabelJob } from '../../../../src/core/start/label-jobs.js';
import {
  adviseOnDryRun,
  adviseOnJobs,
  adviseOnNoRole,
  type Offer,
} from '../../../../src/core/start/workflow-advice.js';

const MAIN = '.github/workflows/ci.yml';

const start = (more = '', outputs = "label: '${{ steps.ec2.outputs.label }}'") => `
  start:
    runs-on: ubuntu-latest
    outputs: { ${outputs} }
    ${more}
    steps:
      - { id: aws, uses: aws-actions/configure-aws-credentials@v6 }
      - { id: ec2, uses: org/ci-actions/start-runner@v1, with: { mode: start } }`;
const stop = `
  stop:
    needs: [start, test]
    if: always()
    runs-on: ubuntu-latest
    steps: [{ uses: org/ci-actions/stop-runner@v1, with: { label: '\${{ needs.start.outputs.label }}' } }]`;
const RUNS_ON = "runs-on: '${{ needs.start.outputs.label }}'";
const workflow = (jobs: string, first = start()) => `on: push\njobs:${first}${jobs}${stop}`;

interface Asking {
  readonly job?: string;
  readonly step?: string;
  readonly label?: string;
  readonly role?: string;
}

function find(files: string | Readonly<Record<string, string>>, asking: Asking = {}) {
  const all: Readonly<Record<string, string>> = typeof files === 'string' ? { [MAIN]: files } : files;
  const read = async (path: string) => (all[path] === undefined ? undefined : parse(all[path]));
  const github = { run_id: '7001', run_attempt: '1' };
  return findLabelJobs({ path: MAIN, job: 'start', step: 'ec2', label: 'ec2-7001-1-start-0', github, read, ...asking });
}

const brief = ({ name, count, isOpen }: LabelJob) => `${name} ${isOpen ? '>=' : ''}${count}`;

async function listed(...question: Parameters<typeof find>): Promise<string[] | undefined> {
  return (await find(...question))?.jobs.map(brief);
}

const offer: Offer = {
  path: MAIN,
  runners: 1,
  isCountGiven: false,
  idleMinutes: 10,
  isIdleGiven: false,
  startupMinutes: 5,
  lifetimeMinutes: 360,
};

async function advice(files: Parameters<typeof find>[0], changes: Partial<Offer> = {}, asking: Asking = {}) {
  return adviseOnJobs((await find(files, asking))!, { ...offer, ...changes });
}

describe('The jobs on the label of a start', () => {
  test.each([
    ['a text', RUNS_ON, 1],
    ['brackets', `runs-on: \${{ needs['start'].outputs['label'] }}`, 1],
    ['a list', `runs-on: ['\${{ needs.start.outputs.label }}']`, 1],
    ['a group', `runs-on: { group: big, labels: ['\${{ needs.start.outputs.label }}'] }`, 1],
    ['an expression', `runs-on: \${{ needs.start.outputs.label || 'ubuntu-latest' }}`, 1],
    ['a matrix', `strategy: { matrix: { a: [1, 2, 3], b: [x, y] } }\n    ${RUNS_ON}`, 6],
    [
      'include and exclude',
      `strategy: { matrix: { a: [1, 2], b: [x, 'y'], exclude: [{ a: 1, b: x }], include: [{ a: 2, c: 1 }, { a: 9 }] } }\n    ${RUNS_ON}`,
      4,
    ],
    ['include alone', `strategy: { matrix: { include: [{ p: a }, { p: b }] } }\n    ${RUNS_ON}`, 2],
    [
      'a value of the matrix',
      `strategy: { matrix: { os: [ubuntu-latest, '\${{ needs.start.outputs.label }}'] } }\n    runs-on: \${{ matrix.os }}`,
      1,
    ],
    [
      'a list in the matrix',
      `strategy: { matrix: { on: [['\${{ needs.start.outputs.label }}'], [ubuntu-latest]] } }\n    runs-on: \${{ matrix.on }}`,
      1,
    ],
  ])('are found in %s', async (_, lines, count) => {
    expect(await listed(workflow(`\n  test:\n    needs: start\n    ${lines}`))).toEqual([`test ${count}`]);
  });

  test.each([
    ['a computed matrix', `strategy: { matrix: '\${{ fromJSON(needs.start.outputs.m) }}' }\n    ${RUNS_ON}`],
    ['a computed axis', `strategy: { matrix: { a: '\${{ fromJSON(needs.start.outputs.m) }}' } }\n    ${RUNS_ON}`],
    [
      'a choice by the matrix',
      `strategy: { matrix: { gpu: [true, false] } }\n    runs-on: \${{ matrix.gpu && needs.start.outputs.label || 'ubuntu-latest' }}`,
    ],
  ])('are at least one with %s', async (_, lines) => {
    const file = workflow(`\n  test:\n    needs: start\n    ${lines}`);
    expect(await listed(file)).toEqual(['test >=1']);
    expect(await advice(file)).toEqual([expect.stringContaining('`count: N`')]);
    expect(await advice(file, { isCountGiven: true })).toEqual([]);
  });

  test('are found by a fixed label, leg by leg', async () => {
    const label = 'ec2-${{ matrix.py }}-${{ github.run_id }}';
    const file = `
jobs:
  start:
    strategy: { matrix: { py: ['3.10', '3.11'] } }
    steps: [{ uses: org/ci-actions/start-runner@v1, with: { label: '${label}' } }]
  test:
    needs: start
    strategy: { matrix: { py: ['3.10', '3.11'] } }
    runs-on: ${label}`;
    expect(await listed(file, { step: '__org_ci-actions', label: 'ec2-3.10-7001' })).toEqual(['test 1']);
    expect(await advice(file, {}, { label: 'ec2-3.10-7001' })).toEqual([]);
  });

  test('are found by the expression of a fixed label, where the matrix is computed later', async () => {
    const label = 'ec2-${{ matrix.py }}-${{ github.run_id }}';
    const strategy = "strategy: { matrix: '${{ fromJSON(needs.plan.outputs.matrix) }}' }";
    const file = `
jobs:
  start:
    ${strategy}
    steps: [{ uses: org/ci-actions/start-runner@v1, with: { label: '${label}' } }]
  test: { needs: start, ${strategy}, runs-on: '${label}' }`;
    expect(await listed(file, { label: 'ec2-3.10-7001' })).toEqual(['test 1']);
    const twice = `${file}\n  bench: { needs: test, ${strategy}, runs-on: '${label}' }`;
    expect((await advice(twice, {}, { label: 'ec2-3.10-7001' }))[0]).toContain('`count: 2`');
  });

  test('share the runners of all starts that have this label', async () => {
    const file = `
jobs:
  start:
    strategy: { matrix: { n: [1, 2, 3] } }
    steps: [{ id: ec2, uses: org/ci-actions/start-runner@v1, with: { label: 'gpu-\${{ github.run_id }}' } }]
  test: { needs: start, strategy: { matrix: { n: [1, 2, 3] } }, runs-on: 'gpu-\${{ github.run_id }}' }
  bench: { needs: start, runs-on: 'gpu-\${{ github.run_id }}' }`;
    const found = await find(file, { label: 'gpu-7001' });
    expect(found).toMatchObject({ starts: 3, jobs: [{ count: 3 }, { count: 1 }] });
    expect(adviseOnJobs(found!, offer)).toEqual([expect.stringContaining('`count: 2`')]);
  });

  test('are not those of another start in the same job', async () => {
    const outputs = 'label: "${{ steps.ec2.outputs.label }}", gpu: "${{ steps.gpu.outputs.label }}"';
    const first = `${start('', outputs)}\n      - { id: gpu, uses: org/ci-actions/start-runner@v1 }`;
    const file = workflow(`\n  a: { ${RUNS_ON} }\n  b: { runs-on: '\${{ needs.start.outputs.gpu }}' }`, first);
    expect(await listed(file)).toEqual(['a 1']);
    expect(await listed(file, { step: 'gpu' })).toEqual(['b 1']);
  });

  test('are found by an output that a script composed', async () => {
    const first = `
  start:
    outputs: { label: '\${{ steps.pick.outputs.label }}' }
    steps: [{ id: a, uses: x/start-runner@v1 }, { id: b, uses: x/start-runner@v1 }, { id: pick, run: 'echo' }]`;
    expect(await listed(workflow(`\n  a: { ${RUNS_ON} }`, first), { step: 'b' })).toEqual(['a 1']);
  });

  test('are found in workflows that are called, and where the start is in a called workflow', async () => {
    const called = `
on: { workflow_call: { outputs: { runner: { value: '\${{ jobs.start.outputs.label }}' } } } }
jobs:${start()}`;
    const build = `
on: { workflow_call: { inputs: { machine: { type: string } } } }
jobs:
  lint: { runs-on: ubuntu-latest }
  unit: { needs: lint, runs-on: '\${{ inputs.machine }}', strategy: { matrix: { a: [1, 2] } } }`;
    const main = `
jobs:
  ec2: { uses: ./.github/workflows/start.yml }
  build: { needs: ec2, strategy: { matrix: { os: [a, b, c] } }, uses: ./.github/workflows/build.yml, with: { machine: '\${{ needs.ec2.outputs.runner }}' } }
  away: { needs: ec2, uses: other/repo/.github/workflows/x.yml@v1, with: { on: '\${{ needs.ec2.outputs.runner }}' } }
  docs: { needs: [ec2, build], runs-on: '\${{ needs.ec2.outputs.runner }}' }`;
    const files = { [MAIN]: main, '.github/workflows/start.yml': called, '.github/workflows/build.yml': build };
    const found = await find(files);
    expect(found?.jobs.map(brief)).toEqual(['build / unit 6', 'away >=1', 'docs 1']);
    expect(found?.jobs.map(({ awaits }) => awaits)).toEqual([['lint'], [], ['build']]);
    expect(adviseOnJobs(found!, offer)[0]).toContain('`count: 8` or more');
  });

  test.each([
    ['no file', {}],
    ['no mapping', 'hello'],
    ['a list', '[1, 2]'],
    ['no jobs', 'on: push'],
    ['jobs of another kind', 'jobs: [a, b]'],
    ['a job of another kind', 'jobs: { start: 3, test: [], x: null }'],
    ['another job', 'jobs: { build: { steps: [] } }'],
  ])('are unknown with %s', async (_, file) => {
    expect(await find(file)).toBeUndefined();
  });

  test.each([
    'jobs: { start: { steps: x, outputs: 3 }, a: { runs-on: 3, needs: { b: 1 }, strategy: 4 }, b: 7 }',
    'jobs: { start: { steps: [3, null] }, a: { needs: [a, b] }, b: { needs: a, runs-on: [null, {}] } }',
    'jobs: { start: { steps: [] }, a: { strategy: { matrix: { include: x, exclude: [3], a: [] } }, runs-on: z } }',
  ])('are none in %s', async (file) => {
    expect(await listed(file)).toEqual([]);
  });
});

describe('The advice', () => {
  const three = workflow(`
  build: { runs-on: ubuntu-latest }
  gtests: { needs: start, ${RUNS_ON} }
  unit: { needs: start, ${RUNS_ON} }
  docs: { needs: start, ${RUNS_ON} }`);

  test('names the count of jobs, and nothing with enough runners', async () => {
    expect(await advice(three)).toEqual([
      `${MAIN}: 3 jobs use the label of this start (gtests, unit, docs), but this start has 1 runner, and a runner takes one job. The other jobs would wait for a day.\nWhat to do: write \`count: 3\` below \`with:\` of this start.`,
    ]);
    expect(await advice(three, { runners: 3 })).toEqual([]);
  });

  const waits = (needs: string, more = '') =>
    workflow(`
  changes: { runs-on: ubuntu-latest }
  build: { needs: changes, runs-on: ubuntu-latest }
  other:
    steps: [{ uses: org/ci-actions/start-runner@v1 }]
  test: { needs: ${needs}, ${RUNS_ON}${more} }`);

  test.each([
    ['another job', waits('[start, build]'), 'job test also waits for build, changes.'],
    ['its group', waits('start', ', concurrency: gpu'), 'job test also waits for its concurrency group.'],
    [
      'other legs',
      waits('start', ', strategy: { max-parallel: 1, matrix: { a: [1, 2] } }'),
      'job test also waits for other legs of its matrix.',
    ],
  ])('names an idle time where a job waits for %s', async (_, file, what) => {
    const [warning] = await advice(file, { runners: 2 });
    expect(warning).toContain(what);
    expect(warning).toContain('after 10 min.\nWhat to do: write `idle-timeout-minutes: 60`');
    expect(await advice(file, { runners: 2, isIdleGiven: true })).toEqual([]);
    expect(await advice(file, { runners: 2, idleMinutes: 60 })).toEqual([]);
  });

  test.each([
    ['the start alone', waits('start')],
    [
      'what the start waits for, too',
      workflow(`\n  c: {}\n  test: { needs: [start, c], ${RUNS_ON} }`, start('needs: c')),
    ],
    ['another start', waits('[start, other]')],
    ['a group that cancels', waits('start', ', concurrency: { group: g, cancel-in-progress: true }')],
  ])('names no idle time where a job waits for %s', async (_, file) => {
    expect(await advice(file)).toEqual([]);
  });

  test('names a lifetime where a job may run for longer', async () => {
    const long = (minutes: number) => workflow(`\n  test: { needs: start, timeout-minutes: ${minutes}, ${RUNS_ON} }`);
    expect(await advice(long(360))).toEqual([]);
    expect(await advice(long(400))).toEqual([expect.stringContaining('write `max-lifetime-minutes: 415`.')]);
    expect(await advice(long(9_000))).toEqual([expect.stringContaining('write `max-lifetime-minutes: 7200`.')]);
    expect(await advice(long(9_000), { lifetimeMinutes: 7_200 })).toEqual([]);
  });

  test('names labels that no runner of a start has', async () => {
    const file = workflow(`\n  test: { runs-on: [self-hosted, '\${{ needs.start.outputs.label }}'] }`);
    expect(await advice(file)).toEqual([expect.stringMatching(/job test also asks for self-hosted.*\n.*`runs-on: /)]);
  });

  test('names labels of a list that an expression composes', async () => {
    const list = `["self-hosted", "{0}"]`;
    const runsOn = `\${{ fromJSON(format('${list}', needs.start.outputs.label)) }}`;
    expect(await advice(workflow(`\n  test:\n    runs-on: ${runsOn}`))).toEqual([
      expect.stringMatching(/job test also asks for self-hosted, and/),
    ]);
  });

  test('of a dry run names the jobs without a condition', async () => {
    const guarded = `, if: "needs.start.outputs.label != ''"`;
    const file = workflow(`\n  a: { ${RUNS_ON} }\n  b: { ${RUNS_ON}${guarded} }`);
    expect(adviseOnDryRun((await find(file))!, offer)).toEqual([expect.stringContaining('cannot run: a.')]);
    const all = workflow(`\n  b: { ${RUNS_ON}${guarded} }`);
    expect(adviseOnDryRun((await find(all))!, offer)).toEqual([]);
  });
});

describe('A start with roles', () => {
  const LABELS = 'needs.start.outputs.labels';
  const of = (expression: string) => `runs-on: \${{ ${expression} }}`;
  const first = start().replace('outputs: {', `outputs: { labels: '\${{ steps.ec2.outputs.labels }}',`);
  const build = { role: 'build', label: 'ec2-7001-1-start-0-build' };
  const role = { name: 'build', labels: ['big'] };
  const jobs = (runsOn: string) => workflow(`\n  a:\n    needs: start\n    ${runsOn}`, first);

  test.each([
    ['a property', of(`fromJSON(${LABELS}).build`), 1],
    ['an index', of(`fromJson(${LABELS})['build']`), 1],
    ['the label itself', 'runs-on: ec2-7001-1-start-0-build', 1],
    ['the property of another role', of(`fromJSON(${LABELS}).build-arm`), 0],
    [
      'a role that a matrix chooses',
      `strategy: { matrix: { r: [build] } }\n    ${of(`fromJSON(${LABELS})[matrix.r]`)}`,
      0,
    ],
    ['the label of the start', RUNS_ON, 0],
  ])('finds the jobs of a role by %s', async (_, runsOn, count) => {
    expect((await find(jobs(runsOn), build))!.jobs.length).toBe(count);
  });

  test('is told how many runners a role lacks, and no more than that', async () => {
    const matrix = `strategy: { matrix: { a: [1, 2, 3] } }\n    ${of(`fromJSON(${LABELS}).build`)}`;
    const [one, ...others] = await advice(jobs(matrix), { role, runners: 2 }, build);
    expect(one).toContain(
      '3 jobs use the label of role build of this start (a (3)), but role build of this start has 2 runners',
    );
    expect(one).toContain('give role build in `runners` so many runners by `count`, or `lifetime: run`');
    expect(others).toEqual([]);
    expect(await advice(jobs(matrix), { role, runners: Infinity }, build)).toEqual([]);
  });

  test('is told which label a role lacks', async () => {
    const runsOn = (label: string) => jobs(`runs-on: ['\${{ fromJSON(${LABELS}).build }}', ${label}]`);
    expect(await advice(runsOn('BIG'), { role }, build)).toEqual([]);
    expect(await advice(runsOn('small'), { role }, build)).toEqual([
      expect.stringContaining('job a also asks for small, and the runners of role build do not have that label'),
    ]);
  });

  test('is told which jobs ask for no role, unless a matrix chooses one', async () => {
    const any = async (runsOn: string) => adviseOnNoRole((await find(jobs(runsOn)))!, new Set(['b']), MAIN);
    expect(await any(RUNS_ON)).toEqual([expect.stringContaining('these jobs ask for another one: a. They would wait')]);
    expect(await any(`strategy: { matrix: { r: [build] } }\n    ${of(`fromJSON(${LABELS})[matrix.r]`)}`)).toEqual([]);
    expect(adviseOnNoRole((await find(jobs(RUNS_ON)))!, new Set(['a']), MAIN)).toEqual([]);
  });
});
