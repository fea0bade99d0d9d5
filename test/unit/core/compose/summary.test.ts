import { describe, expect, test } from '@jest/globals';
import type { ComposeOutcome, ServiceResult } from '../../../../src/core/compose/outcome.js';
import {
  describeVerdict,
  summarizeInterruptedProject,
  summarizeOutcome,
} from '../../../../src/core/compose/summary.js';
import { drawTimeline, renderTimelineFile } from '../../../../src/core/compose/timeline.js';

const T = Date.UTC(2026, 0, 1);
const subject = { directory: 'tests/scenario', artifacts: '/tmp/ci-actions/ci-1-scenario' };
const db: ServiceResult = {
  service: 'db',
  role: 'server',
  readyBy: 'healthy',
  startedAt: T + 1_000,
  readyAt: T + 4_200,
  endedAt: T + 9_000,
  restarts: 0,
};
const tests: ServiceResult = {
  service: 'tests',
  role: 'session',
  startedAt: T + 4_300,
  endedAt: T + 8_000,
  exitCode: 0,
  restarts: 0,
};
const passed: ComposeOutcome = {
  verdict: 'pass',
  phase: 'done',
  exitCode: 0,
  reasons: [],
  warnings: [],
  phases: [
    { name: 'check', beganAt: T, endedAt: T + 500, outcome: 'passed' },
    { name: 'setup', beganAt: T + 500, endedAt: T + 500, outcome: 'skipped' },
    { name: 'session', beganAt: T + 4_300, endedAt: T + 8_000, outcome: 'passed', detail: 'tests exited with 0' },
  ],
  services: [db, tests],
  remains: [],
};
const failed: ComposeOutcome = {
  ...passed,
  verdict: 'error',
  phase: 'ready',
  exitCode: 1,
  reasons: ['db exited with 137 before it was ready, killed for want of memory.'],
  hint: 'Take a larger machine.',
  services: [{ ...db, exitCode: 137, readyAt: undefined as never, readyBy: undefined as never, lastLines: ['a', 'b'] }],
};

describe('The summary of a project', () => {
  test('begins with the verdict and its evidence', () => {
    const [first, , second] = summarizeOutcome(passed, subject).split('\n');
    expect(first).toBe('### Compose project `tests/scenario`: pass');
    expect(second).toBe('Evidence: tests exited with 0, and 1 server lived as long.');
    expect(describeVerdict(passed)).toBe('pass: tests exited with 0, and 1 server lived as long.');
  });

  test('says first what failed, why and what to do, then quotes the service', () => {
    const text = summarizeOutcome(failed, subject);
    const order = [
      '### Compose project `tests/scenario`: error in ready',
      'db exited with 137 before it was ready, killed for want of memory.',
      'The session gave no verdict: nothing is known about what it tests.',
      '**What to do:** Take a larger machine.',
      'Last lines of `db`:',
      'a\nb',
      '| Service |',
      '| Phase |',
    ].map((part) => text.indexOf(part));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(describeVerdict(failed)).toBe(
      'error in ready: db exited with 137 before it was ready, killed for want of memory.',
    );
  });

  test('has a row per service and per phase with their times', () => {
    const text = summarizeOutcome(passed, subject);
    expect(text).toContain('| db | server | healthy | 3.2 s | 8.0 s |  |  |');
    expect(text).toContain('| tests | session |  |  | 3.7 s | exit code 0 |  |');
    expect(text).toContain('| session | passed | 3.7 s | tests exited with 0 |');
    expect(text).toContain('| setup | skipped |  |  |');
    expect(text).toContain('`/tmp/ci-actions/ci-1-scenario`');
  });

  test('says which service never started, and which never became ready', () => {
    const services: ServiceResult[] = [
      { service: 'a', role: 'server', restarts: 0 },
      { service: 'b', role: 'server', restarts: 2, startedAt: T },
    ];
    const text = summarizeOutcome({ ...failed, services }, subject);
    expect(text).toContain('| a | server | never started |');
    expect(text).toContain('| b | server | never |  |  |  | 2 |');
  });

  test('keeps words in backticks as code, and lists further reasons', () => {
    const text = summarizeOutcome({ ...failed, verdict: 'fail', reasons: ['See `ready` <i>.', 'b|c', 'd'] }, subject);
    expect(text).toContain('**See `ready` &lt;i&gt;.**\n\n- b\\|c\n- d\n');
    expect(text).not.toContain('The session gave no verdict');
  });

  test('escapes what services print, and fences it', () => {
    const lastLines = ['<b>|x|</b>', '```'];
    const text = summarizeOutcome({ ...failed, reasons: ['a <b> | c'], services: [{ ...db, lastLines }] }, subject);
    expect(text).toContain('a &lt;b&gt; \\| c');
    expect(text).toContain('``````text\n<b>|x|</b>\n```\n``````');
  });

  test('stays small whatever the number of services, lines and warnings', () => {
    const lastLines = Array.from({ length: 500 }, () => 'x'.repeat(5_000));
    const services = Array.from({ length: 300 }, (_, at) => ({ ...db, service: `s${at}`, lastLines }));
    const warnings = Array.from({ length: 900 }, (_, at) => `warning ${at} ${'y'.repeat(1_000)}`);
    const text = summarizeOutcome({ ...failed, services, warnings }, subject);
    expect(text.length).toBeLessThan(300_000);
    expect(text).toContain('… and 240 more services.');
    expect(text).toContain('… and 880 more');
  });

  test('of an interrupted one has no verdict', () => {
    expect(summarizeInterruptedProject('a', 'EC2 took it.')).toBe(
      '### Compose project `a`: interrupted\n\nEC2 took it.\n',
    );
  });
});

describe('The timeline', () => {
  test('shows what was starting, ready and running since the first phase', () => {
    expect(drawTimeline(passed)).toEqual([
      '```mermaid',
      'gantt',
      '  dateFormat x',
      '  axisFormat %M:%S',
      '  section phases',
      '  check :done, 0, 500',
      '  session :done, 4300, 8000',
      '  section db',
      '  starting :done, 1000, 4200',
      '  ready :active, 4200, 9000',
      '  section tests',
      '  running :active, 4300, 8000',
      '```',
    ]);
  });

  test('is red where something failed', () => {
    const phases = [{ name: 'ready', beganAt: T, endedAt: T + 2_000, outcome: 'failed' } as const];
    const lines = drawTimeline({
      phases,
      services: [...failed.services, { ...tests, exitCode: 3 }, { ...db, exitCode: 4 }],
    });
    expect(lines).toContain('  ready :crit, 0, 2000');
    expect(lines).toContain('  starting, never ready, exit code 137 :crit, 1000, 9000');
    expect(lines).toContain('  ready, exit code 4 :crit, 4200, 9000');
    expect(lines).toContain('  running, exit code 3 :crit, 4300, 8000');
  });

  test('is left out if nothing ran', () => {
    expect(drawTimeline({ phases: [], services: [] })).toEqual([]);
  });

  test('is also a file, with seconds since the beginning', () => {
    const file = JSON.parse(renderTimelineFile(passed)) as { beganAt: string; phases: unknown[]; services: unknown[] };
    expect(file.beganAt).toBe('2026-01-01T00:00:00.000Z');
    expect(file.phases[2]).toMatchObject({ name: 'session', began: 4.3, ended: 8, outcome: 'passed' });
    expect(file.services[0]).toMatchObject({ service: 'db', started: 1, ready: 4.2, ended: 9, readyBy: 'healthy' });
  });
});
