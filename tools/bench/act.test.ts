import { describe, expect, test } from '@jest/globals';
import { ActLog } from '../../test/peers/act/log.js';
import { splitTime } from '../../test/peers/act/timeline.js';
import { describeRounds, type ActSample } from './act.js';

/** A line of act's output, with its time and its job. */
type Line = readonly [atMs: number, job: 'start' | 'test' | 'stop', msg: string];

const CHECKED: readonly Line[] = [
  [1_100, 'start', '⭐ Run Set up job'],
  [1_200, 'start', '⭐ Run Main Check the request'],
  [1_400, 'start', '  ✅  Success - Main Check the request [200ms]'],
];
const STARTED: readonly Line[] = [
  [1_500, 'start', '⭐ Run Main org/ci-actions/start-runner@act'],
  [1_900, 'start', 'Launched t3.xlarge (on-demand) for runner ec2-1-start-0: i-0750de903e629fe88.\n'],
  [8_900, 'start', 'Runner ec2-1-start-0 is online on i-0750de903e629fe88, 7.0 s after its launch.\n'],
  [9_000, 'start', '  ✅  Success - Main org/ci-actions/start-runner@act [7.5s]'],
];
const tested = (from: number): readonly Line[] => [
  [from, 'test', '⭐ Run Set up job'],
  [from + 300, 'test', '  ✅  Success - Main actions/checkout@3d3c42e [176ms]'],
  [from + 5_300, 'test', 'py3: commands[0]> pytest --junitxml=reports/py3.xml tests/unit\n'],
  [from + 5_500, 'test', '============================= test session starts =====\n'],
  [from + 6_000, 'stop', '⭐ Run Set up job'],
];

function read(lines: readonly Line[]): { log: ActLog; beganMs: number } {
  const log = new ActLog();
  for (const [atMs, jobID, msg] of lines)
    log.read(JSON.stringify({ level: 'info', msg, jobID, job: `Unit tests/tox/${jobID}   ` }), atMs);
  return { log, beganMs: 1_000 };
}

const secondsOf = (run: ReturnType<typeof read>, place?: 'elsewhere') =>
  Object.fromEntries(splitTime(run, place).map(({ id, seconds }) => [id, seconds]));

describe("A run's time", () => {
  test('from dispatch to the first test line is split at the lines that act prints', () => {
    expect(secondsOf(read([...CHECKED, ...STARTED, ...tested(9_200)]))).toEqual({
      plan: 0.1,
      check: 0.3,
      aws: 0.1,
      launch: 0.4,
      online: 7,
      jobs: 0.3,
      checkout: 0.3,
      tox: 5,
      pytest: 0.2,
    });
  });

  test('has no start if nothing is started', () => {
    const parts = secondsOf(read([...CHECKED, ...tested(1_600)]), 'elsewhere');
    expect(parts).toEqual({ plan: 0.1, check: 0.3, jobs: 0.2, checkout: 0.3, tox: 5, pytest: 0.2 });
  });

  test('is refused if a part is missing', () => {
    const noRunner = read([...CHECKED, ...STARTED.slice(0, 2), ...tested(9_200)]);
    expect(() => splitTime(noRunner)).toThrow('"boot, until the start says online" did not come');
    const noTest = read([...CHECKED, ...STARTED, ...tested(9_200).slice(0, 3)]);
    expect(() => splitTime(noTest)).toThrow('"pytest, to its first line" did not come');
  });

  test('is refused if its parts come in another order', () => {
    const [first, ...rest] = tested(9_200);
    const early = read([[900, first![1], first![2]], ...CHECKED, ...STARTED, ...rest]);
    expect(() => splitTime(early)).toThrow('"from job to job" did not come');
  });
});

describe('The figures of runs through act', () => {
  const sample = (seconds: Readonly<Record<string, number>>, boot = 0): ActSample => ({
    parts: Object.entries(seconds).map(([id, value]) => ({ id, name: id, seconds: value })),
    boot,
  });
  const figures = describeRounds([
    { ours: sample({ online: 7, jobs: 2, tox: 5 }, 6), elsewhere: sample({ jobs: 1, tox: 4 }) },
    { ours: sample({ online: 9, jobs: 1, tox: 5 }, 8), elsewhere: sample({ jobs: 1, tox: 5 }) },
    { ours: sample({ online: 8, jobs: 5, tox: 9 }, 7), elsewhere: sample({ jobs: 2, tox: 6 }) },
  ]);
  const find = (id: string) => figures.find((figure) => figure.id === id);

  test('compare the whole time and each shared part with the same without EC2', () => {
    expect(find('act-first-line')).toMatchObject({ value: 15, samples: [14, 15, 22], beside: [{ value: 6 }] });
    expect(find('act-tox')).toMatchObject({ value: 5, beside: [{ name: 'the same job without EC2', value: 5 }] });
    expect(find('act-online')).toMatchObject({ value: 8 });
    expect(find('act-online')).not.toHaveProperty('beside');
  });

  test('compute what EC2 adds as the difference of the two runs of a round, and subtract the boot', () => {
    expect(find('act-job')).toMatchObject({ samples: [9, 10, 13], beside: [{ samples: [1, 1, 2] }] });
    expect(find('act-added')).toMatchObject({ samples: [8, 9, 11], value: 9 });
    expect(find('act-beyond-boot')).toMatchObject({ samples: [2, 1, 4], value: 2 });
  });
});
