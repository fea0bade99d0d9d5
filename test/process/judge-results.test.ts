/** judge-results through its bundle: results, thresholds, histories, and what the step leaves. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { errorOf, logOf } from '../worlds/sandbox/scene.js';
import { JudgeStage, type Line } from './judge-stage.js';
import { codeOf } from './test-stage.js';

/** With plain spaces in place of those that do not break. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

let stage: JudgeStage;
beforeEach(() => void (stage = new JudgeStage()));
afterEach(() => stage.close());

const latency = (value: unknown, more: Partial<Line> = {}): Line => ({
  name: 'latency',
  value,
  unit: 'ms',
  better: 'lower',
  ...more,
});
const steady = [100, 101, 99, 100.5, 99.5, 100.2, 99.8, 101, 99.2, 100];
const byHistory = { results: 'r.jsonl', history: 'history.jsonl', 'require-thresholds': 'false' };

describe('Thresholds', () => {
  test('that all metrics keep are green, with their evidence', async () => {
    stage.writeLines('out/a.jsonl', [latency(3.1), { name: 'throughput', value: 310 }]);
    const thresholds = 'latency: lambda x: x < (3 * 1.1)\n"^through": "> 300"';
    const result = await stage.judge({
      results: 'out/*.jsonl',
      thresholds: thresholds.replace('latency: ', '"latency": "').replace('1.1)', '1.1)"'),
    });
    expect([errorOf(result), result.code]).toEqual(['', 0]);
    expect(result.outputs).toMatchObject({
      passed: 'true',
      code: '0',
      regressions: '[]',
      suspected: '[]',
      reason: '',
      history: '',
    });
    expect(JSON.parse(result.outputs['verdicts']!)).toEqual({ latency: 'passed', throughput: 'passed' });
    expect(result.summary).toContain('🟢 benchmark: passed. 2 metrics: 2 passed.');
    expect(plain(result.summary)).toContain('| `latency` | 🟢 passed `< 3.3 ms` | 3.1 ms |');
    const { artifacts } = result.outputs;
    expect(readdirSync(artifacts!).toSorted()).toEqual(['plots', 'report.html', 'verdicts.json']);
    expect(JSON.parse(readFileSync(join(artifacts!, 'verdicts.json'), 'utf8'))).toMatchObject({
      passed: true,
      machine: { type: 'm7g.xlarge' },
      metrics: [{ name: 'latency', state: 'passed', value: 3.1, threshold: 'lambda x: x < (3 * 1.1)' }, {}],
    });
  });

  test('that a metric misses are red, with the number of such metrics as the exit code', async () => {
    stage.writeLines('r.jsonl', [latency(3.4), latency(7, { name: 'other' }), latency(1, { name: 'third' })]);
    stage.write('thresholds.yml', 'latency: "< 3.3"\n".*": "< 5"\n');
    const result = await stage.judge({ results: 'r.jsonl', thresholds: 'thresholds.yml' });
    expect([result.code, codeOf(result)]).toEqual([2, 'results-worse']);
    expect(errorOf(result)).toContain('2 metrics are beyond the threshold: latency, other.\nWhat to do: ');
    expect(result.outputs).toMatchObject({
      passed: 'false',
      code: '2',
      reason: '2 metrics are beyond the threshold: latency, other.',
    });
    expect(logOf(result)).toContain(
      'latency: missed. It does not pass with 3.4 ms and the threshold `< 3.3` of `latency`.',
    );
  });

  test.each<[string, Record<string, string>, string]>([
    ['without any', {}, 'No threshold is about a metric of the results.'],
    ['about no metric', { thresholds: 'speed: "< 3"' }, 'No threshold is about a metric of the results.'],
    ['about one more metric', { thresholds: 'latency: "< 3"\nspeed: "< 3"' }, '1 metric is missing: speed.'],
  ])('%s, are red', async (_, inputs, reason) => {
    stage.writeLines('r.jsonl', [latency(1)]);
    const result = await stage.judge({ results: 'r.jsonl', ...inputs });
    expect([result.code, codeOf(result)]).toEqual([100, 'results-unjudged']);
    expect(result.outputs['reason']).toContain(reason);
  });

  test('are not needed if the users say so, as with Benchmark Tools, and no metric at all is red nevertheless', async () => {
    stage.writeLines('r.jsonl', [latency(1)]);
    stage.write('empty.json', '{"evaluations": {"passed": true}}');
    const judge = (results: string) => stage.judge({ results, 'require-thresholds': 'false' });
    expect((await judge('r.jsonl')).outputs).toMatchObject({ passed: 'true', code: '0' });
    const empty = await judge('empty.json');
    expect([empty.code, empty.outputs['passed'], empty.outputs['reason']]).toEqual([
      100,
      'false',
      'The results have no metric.',
    ]);
  });

  test('are never run as a program: every one that is no threshold is named with its place', async () => {
    stage.writeLines('r.jsonl', [latency(1)]);
    const thresholds = JSON.stringify({
      latency: "__import__('os').system('touch hacked')",
      deep: `lambda x: ${'('.repeat(2_000)}x${')'.repeat(2_000)} < 1`,
      number: 3,
    });
    const result = await stage.judge({ results: 'r.jsonl', thresholds });
    expect([result.code, codeOf(result)]).toEqual([1, 'bad-input']);
    const log = logOf(result);
    for (const name of ['latency: __import__', 'deep: lambda x: ((', 'number: 3']) expect(log).toContain(name);
    expect(stage.left('hacked')).toBe('');
  });

  test('that another key hides are named, and so are keys of `better` without a metric', async () => {
    stage.writeLines('r.jsonl', [latency(1)]);
    const thresholds = '".*": "< 3"\n"lat": "< 0"';
    const result = await stage.judge({ results: 'r.jsonl', thresholds, better: 'speed: higher' });
    expect(logOf(result)).toContain('Thresholds that judge no metric, because another key comes first: lat.');
    expect(logOf(result)).toContain('`better` has keys that are about no metric: speed.');
  });

  test('with a pattern that backtracks for ever take no time', async () => {
    stage.writeLines('r.jsonl', [{ name: `${'a'.repeat(1_900)}!`, value: 1 }]);
    const result = await stage.judge({ results: 'r.jsonl', thresholds: '"(a+)+$": "< 3"' });
    expect(result.outputs['reason']).toContain('No threshold is about a metric');
    expect(result.seconds).toBeLessThan(60);
  });
});

describe('Results', () => {
  test('that are no number are refused by name, and the others judged', async () => {
    stage.write(
      'r.jsonl',
      [
        '{"name":"a","value":NaN}',
        '{"name":"b","value":null}',
        '{"name":"c","value":"2"}',
        '{"name":"d","value":1}',
      ].join('\n'),
    );
    const result = await stage.judge({ results: 'r.jsonl', thresholds: '".": "< 3"' });
    expect([result.code, codeOf(result)]).toEqual([100, 'results-unjudged']);
    expect(JSON.parse(result.outputs['verdicts']!)).toEqual({ a: 'refused', b: 'refused', c: 'refused', d: 'passed' });
    expect(logOf(result)).toContain('a: refused. Its value is NaN; allowed: finite numbers.');
  });

  test('that are missing, an HTML page, or cut off are red', async () => {
    stage.write('page.json', '<!DOCTYPE html><html>Sign in</html>');
    stage.write('cut.json', '{"machine_info": {}, "benchmarks": [{"fullname": "a", ');
    const results = await Promise.all(
      ['none/*.json', 'page.json', 'cut.json'].map((file) => stage.judge({ results: file })),
    );
    expect(results.map(codeOf)).toEqual(['results-missing', 'results-unreadable', 'results-unreadable']);
    expect(errorOf(results[0]!)).toContain(`No file matches \`results\`: ${stage.workspace}/none/*.json.`);
    expect(results.map(({ outputs }) => [outputs['passed'], outputs['code']])).toEqual(
      results.map(() => ['false', '100']),
    );
    stage.write('.env', 'KEY=hunter2-hunter2');
    expect(errorOf(await stage.judge({ results: '.env' }))).not.toContain('hunter2');
    expect(results[1]!.outputs['reason']).toBe('page.json is an HTML page, such as a login or an error page.');
  });

  test('of failed requests are red although every threshold is kept, unless nobody asks', async () => {
    stage.write(
      'k6.json',
      readFileSync(new URL('../fixtures/figures/k6/summary-export.json', import.meta.url), 'utf8'),
    );
    const inputs = { results: 'k6.json', thresholds: '"http_req_duration": "< 1e9"' };
    const result = await stage.judge(inputs);
    expect([result.code, codeOf(result)]).toEqual([100, 'results-unjudged']);
    expect(result.summary).toContain('**Doubtful results**');
    expect((await stage.judge({ ...inputs, 'fail-on': 'threshold' })).code).toBe(0);
  });

  test('that one of several patterns does not find are red', async () => {
    stage.writeLines('r.jsonl', [latency(1)]);
    const result = await stage.judge({ results: 'r.jsonl\nno*.json', thresholds: 'latency: "< 3"' });
    expect([codeOf(result), errorOf(result)]).toEqual(['results-missing', expect.stringContaining('no*.json')]);
  });

  test('in several files are values of one run, and a file outside of the workspace is found', async () => {
    stage.writeLines('r/1.jsonl', [latency(1)]);
    stage.writeLines('r/2.jsonl', [latency(0.002, { unit: 's' })]);
    const result = await stage.judge({ results: `${stage.workspace}/r/*.jsonl`, thresholds: 'latency: "< 1.6"' });
    expect(logOf(result)).toContain('latency: passed. It passes with 1.5 ms');
  });
});

describe('A history', () => {
  test('begins with the first run, which is undecided and not red', async () => {
    stage.writeLines('r.jsonl', [latency(100)]);
    const result = await stage.judge(byHistory);
    expect([errorOf(result), result.code]).toEqual(['', 0]);
    expect(result.outputs['passed']).toBe('undecided');
    const line = JSON.parse(stage.left('history.jsonl')) as Record<string, unknown>;
    expect(line).toMatchObject({
      schema: 1,
      id: '77-1-benchmark',
      branch: 'main',
      name: 'benchmark',
      machine: { type: 'm7g.xlarge' },
    });
    expect(readFileSync(result.outputs['history']!, 'utf8')).toBe(stage.left('history.jsonl'));
  });

  test('shows a regression, which is red, and is recorded', async () => {
    stage.writeHistory(steady);
    stage.writeLines('r.jsonl', [latency(115)]);
    const result = await stage.judge(byHistory);
    expect([result.code, codeOf(result)]).toEqual([1, 'results-worse']);
    expect(result.outputs).toMatchObject({ passed: 'false', regressions: '["latency"]', suspected: '[]' });
    expect(plain(result.summary)).toContain('| `latency` | 🔴 **worse** | 115 ms | 100 ms | +15.0 % |');
    expect(stage.left('history.jsonl').trim().split('\n')).toHaveLength(11);
    expect(readdirSync(result.outputs['plots']!)).toHaveLength(1);
  });

  test('passes a run like those before, an improvement, and one of another name', async () => {
    stage.writeHistory(steady);
    for (const [value, inputs, passed] of [
      [100.1, {}, 'true'],
      [80, {}, 'true'],
      [115, { name: 'another' }, 'undecided'],
    ] as const) {
      stage.writeLines('r.jsonl', [latency(value)]);
      const result = await stage.judge({ ...byHistory, ...inputs, record: 'never' });
      expect([result.code, result.outputs['passed']]).toEqual([0, passed]);
    }
  });

  test('of a pull request is that of its base, and stays as it is', async () => {
    stage.writeHistory(steady);
    const before = stage.left('history.jsonl');
    stage.writeLines('r.jsonl', [latency(115)]);
    const environment = {
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_REF_NAME: '7/merge',
      GITHUB_HEAD_REF: 'feature',
      GITHUB_BASE_REF: 'main',
    };
    const result = await stage.judge(byHistory, { environment });
    expect([result.code, result.outputs['regressions']]).toEqual([1, '["latency"]']);
    expect(result.summary).toContain('Compared with 10 runs of main, the last one at c9.');
    expect(stage.left('history.jsonl')).toBe(before);
  });

  test('of a merge queue is that of its base, and stays as it is', async () => {
    stage.writeHistory(steady);
    const before = stage.left('history.jsonl');
    stage.writeLines('r.jsonl', [latency(100)]);
    const payload = { merge_group: { base_ref: 'refs/heads/main' }, repository: { default_branch: 'main' } };
    const result = await stage.judge(byHistory, {
      event: { name: 'merge_group', payload },
      environment: { GITHUB_REF_NAME: 'gh-readonly-queue/main/pr-1-abc' },
    });
    expect([result.outputs['passed'], stage.left('history.jsonl')]).toEqual(['true', before]);
  });

  test('of a new branch is that of the default branch', async () => {
    stage.writeHistory(steady);
    stage.writeLines('r.jsonl', [latency(115)]);
    const result = await stage.judge(byHistory, {
      event: { name: 'push', payload: { repository: { default_branch: 'main' } } },
      environment: { GITHUB_REF_NAME: 'feature' },
    });
    expect([result.code, result.outputs['regressions']]).toEqual([1, '["latency"]']);
  });

  test('of another machine type is not compared, and the summary says so', async () => {
    stage.writeHistory(steady, { machine: { type: 'c5.large' } });
    stage.writeLines('r.jsonl', [latency(115)]);
    const result = await stage.judge(byHistory);
    expect([result.code, result.outputs['passed']]).toEqual([0, 'undecided']);
    expect(result.summary).toContain('Earlier runs on c5.large are not compared with this one on m7g.xlarge');
  });

  test('with a metric that the results lack is red', async () => {
    stage.writeHistory(steady, {}, 'gone');
    stage.writeLines('r.jsonl', [latency(100)]);
    const result = await stage.judge(byHistory);
    expect([result.code, result.outputs['reason']]).toEqual([
      100,
      '1 metric is missing: gone. 1 metric is undecided: latency.',
    ]);
  });

  test('of the last release: the newest version counts, and a run of a tag is recorded with it', async () => {
    stage.writeHistory(steady);
    const environment = { GITHUB_REF_TYPE: 'tag', GITHUB_REF_NAME: 'v1.9.0', GITHUB_RUN_ID: '75' };
    stage.writeLines('r.jsonl', [latency(100)]);
    await stage.judge({ ...byHistory, record: 'always' }, { environment });
    stage.writeLines('r.jsonl', [latency(140)]);
    await stage.judge(
      { ...byHistory, record: 'always', 'fail-on': 'threshold' },
      { environment: { ...environment, GITHUB_REF_NAME: 'v1.10.0', GITHUB_RUN_ID: '76' } },
    );
    const lines = stage.left('history.jsonl').trim().split('\n').slice(-2);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([{ tag: 'v1.9.0' }, { tag: 'v1.10.0' }]);
    stage.writeLines('r.jsonl', [latency(115)]);
    const result = await stage.judge({ ...byHistory, baseline: 'last-release', record: 'never' });
    expect(result.summary).toContain('Compared with 1 run of the release v1.10.0.');
    expect([result.code, result.outputs['regressions']]).toEqual([0, '[]']);
    const none = await stage.judge({ ...byHistory, baseline: 'last-release', name: 'new' });
    expect(none.summary).toContain('The history has no run of a version tag');
  });

  test('that is cut off in the middle of a line loses that line only, and says so', async () => {
    stage.writeHistory(steady);
    stage.write('history.jsonl', stage.left('history.jsonl').slice(0, -40));
    stage.writeLines('r.jsonl', [latency(100)]);
    const result = await stage.judge(byHistory);
    expect(result.outputs['passed']).toBe('true');
    expect(result.summary).toContain('The last line of the history was cut off, and was left out.');
    expect(stage.left('history.jsonl').trim().split('\n')).toHaveLength(11);
  });

  test.each<[string, (stage: JudgeStage) => string]>([
    ['is something else', (one) => (one.write('other.txt', 'root:x:0\nbin:x:1\n'), 'other.txt')],
    ['is a folder', (one) => (one.write('folder/a', ''), 'folder')],
  ])('that %s is left as it is', async (_, prepare) => {
    stage.writeLines('r.jsonl', [latency(100)]);
    const history = prepare(stage);
    const before = stage.left('other.txt');
    const result = await stage.judge({ ...byHistory, history });
    expect([result.code, codeOf(result)]).toEqual([1, 'history-unusable']);
    expect(stage.left('other.txt')).toBe(before);
  });

  test('that cannot be written does not hide the verdict', async () => {
    stage.writeHistory(steady);
    stage.writeLines('r.jsonl', [latency(100)]);
    mkdirSync(join(stage.workspace, 'history.jsonl.new'));
    const result = await stage.judge(byHistory);
    expect([result.code, codeOf(result), result.outputs['passed']]).toEqual([1, 'history-unusable', 'true']);
    expect(result.summary).toContain('🟢 benchmark: passed.');
  });

  test('has the same verdict when the run is repeated, and a change is reported once', async () => {
    stage.writeHistory(steady);
    const judge = async (value: number, run: string, attempt = '1'): Promise<string> => {
      stage.writeLines('r.jsonl', [latency(value)]);
      const environment = { GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt };
      return (await stage.judge(byHistory, { environment })).outputs['passed']!;
    };
    expect([await judge(115, '20'), await judge(115, '20', '2')]).toEqual(['false', 'false']);
    const later: string[] = [];
    for (const [index, value] of [115.2, 114.8, 115.5, 114.5, 115, 115.1].entries())
      later.push(await judge(value, `${30 + index}`));
    expect(later).toEqual(later.map(() => 'true'));
    expect(await judge(130, '40')).toBe('false');
  });

  test('with one outlier at its end does not blame the run after it', async () => {
    stage.writeHistory([...steady, ...steady, 85]);
    stage.writeLines('r.jsonl', [latency(100)]);
    const result = await stage.judge(byHistory);
    expect([result.code, result.outputs['regressions']]).toEqual([0, '[]']);
  });

  test('in another unit, or of lines without a name, is not silently none', async () => {
    stage.writeHistory(steady, { figures: new Map([['latency', { value: 3, count: 1, unit: 'MB' }]]) });
    stage.writeLines('r.jsonl', [latency(100)]);
    const result = await stage.judge({ ...byHistory, record: 'never' });
    expect(logOf(result)).toContain('10 earlier runs of it are not in ms');
    stage.writeHistory(steady);
    stage.write('history.jsonl', stage.left('history.jsonl').replaceAll('"name":"benchmark",', ''));
    expect((await stage.judge({ ...byHistory, record: 'never' })).outputs['passed']).toBe('true');
    const other = await stage.judge({ ...byHistory, record: 'never', name: 'other' });
    expect(other.summary).toContain(
      'The history has no run of other to compare with, but 10 other runs: benchmark on main.',
    );
  });

  test('in a branch gets the run and the plots, and a second writer loses nothing', async () => {
    const repository = stage.addEmptyRepository();
    const git = (...args: string[]) => execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' });
    stage.writeLines('r.jsonl', [latency(100)]);
    const history = 'branch:figures:bench/history.jsonl';
    const runs = await Promise.all(
      ['1', '2', '3'].map((run) => stage.judge({ ...byHistory, history }, { environment: { GITHUB_RUN_ID: run } })),
    );
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    const lines = git('show', 'figures:bench/history.jsonl').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { id: string }).id).toSorted()).toEqual(
      ['1', '2', '3'].map((run) => `${run}-1-benchmark`),
    );
    stage.writeLines('r.jsonl', [latency(100)]);
    const result = await stage.judge({ ...byHistory, history, plots: 'all' }, { environment: { GITHUB_RUN_ID: '4' } });
    expect([result.code, result.outputs['passed']]).toEqual([0, 'undecided']);
    const pictures = git('ls-tree', '-r', '--name-only', 'figures', '--', 'plots/').trim().split('\n');
    expect(pictures).toEqual([expect.stringMatching(/^plots\/4-1-benchmark\/latency-\w+\.history\.svg$/)]);
    expect(git('show', `figures:${pictures[0]!}`)).toContain('<svg');
  });
});

describe('A regression that is only suspected', () => {
  test('does not fail the first run, and fails the second one if it confirms it', async () => {
    stage.writeHistory(steady);
    stage.writeLines('r.jsonl', [latency(115)]);
    const first = await stage.judge({ ...byHistory, 'on-regression': 'suspect', record: 'never' });
    expect([first.code, first.outputs['passed'], first.outputs['suspected']]).toEqual([0, 'undecided', '["latency"]']);
    expect(logOf(first)).toContain('::warning::1 metric may have become worse: latency.');
    const confirm = first.outputs['suspected']!;
    const second = await stage.judge({ ...byHistory, confirm, record: 'never' });
    expect([second.code, second.outputs['regressions']]).toEqual([1, '["latency"]']);
    const gone = await stage.judge({ ...byHistory, confirm: '["speed"]', record: 'never' });
    expect(JSON.parse(gone.outputs['verdicts']!)).toEqual({ speed: 'missing', latency: 'passed' });
    stage.writeLines('r.jsonl', [latency(100)]);
    const third = await stage.judge({ ...byHistory, confirm, record: 'never' });
    expect([third.code, third.outputs['passed']]).toEqual([0, 'true']);
    expect(logOf(third)).toContain('The first run found it worse, and this one on another machine does not.');
  });

  test('of another metric in the second run is noise', async () => {
    stage.writeHistory(steady);
    stage.writeLines('r.jsonl', [latency(115)]);
    const result = await stage.judge({ ...byHistory, confirm: '[]', record: 'never' });
    expect([result.code, result.outputs['passed'], result.outputs['regressions']]).toEqual([0, 'true', '[]']);
    expect(logOf(result)).toContain('It is worse only in this run, and not in the first one');
  });
});

describe('Base and head', () => {
  const write = (side: string, values: readonly number[], more: Partial<Line> = {}): void =>
    values.forEach((value, run) => stage.writeLines(`m/${side}/${run}.jsonl`, [latency(value, more)]));
  const manifest = (count: number): void =>
    stage.write(
      'm/interleaved.json',
      JSON.stringify({
        interleaved: 1,
        sides: ['base', 'head'],
        seed: '7',
        machine: { type: 'c7g.large' },
        runs: ['base', 'head'].flatMap((side) =>
          Array.from({ length: count }, (_, run) => ({ side, run: run + 1, results: [`${side}/${run}.jsonl`] })),
        ),
      }),
    );
  const inputs = { results: 'm/interleaved.json', 'require-thresholds': 'false', machine: '' };

  test('in turn: a slower head is red, by name, on the machine of the file', async () => {
    write('base', [100, 101, 99, 100.5, 99.5]);
    write('head', [110, 111, 109, 110.5, 109.5]);
    manifest(5);
    const result = await stage.judge(inputs);
    expect([result.code, codeOf(result), result.outputs['regressions']]).toEqual([1, 'results-worse', '["latency"]']);
    expect(result.summary).toContain('Measured on `c7g.large`');
    expect(result.summary).toContain('+10.0 %');
  });

  test('in turn: too few runs are undecided, which is red', async () => {
    write('base', [100, 101, 99]);
    write('head', [100, 101, 99]);
    manifest(3);
    const result = await stage.judge(inputs);
    expect([result.code, result.outputs['passed'], result.outputs['reason']]).toEqual([
      100,
      'false',
      '1 metric is undecided: latency.',
    ]);
    expect(logOf(result)).toContain('3 runs of the base and 3 of the head are too few: it takes 5 of each');
  });

  test.each<[string, readonly number[], readonly number[], Partial<Line>, RegExp]>([
    ['a base of 0', [0, 0, 0, 0, 0], [1, 2, 3, 4, 5], {}, /^latency: regression\..*no relative change exists from 0/m],
    ['constant samples', [5, 5, 5, 5, 5], [5, 5, 5, 5, 5], {}, /^latency: passed\. No change is shown/m],
    [
      'negative values',
      [-100, -101, -99, -100, -100],
      [-80, -81, -79, -80, -80],
      {},
      /^latency: regression\..*\+20\.0 %/m,
    ],
    [
      'an unknown direction',
      [1, 1.01, 0.99, 1, 1],
      [2, 2.01, 1.99, 2, 2],
      { better: undefined },
      /nothing says whether lower or higher is better/,
    ],
  ])('in turn: %s', async (_, base, head, more, expected) => {
    write('base', base, more);
    write('head', head, more);
    manifest(5);
    const result = await stage.judge(inputs);
    expect(logOf(result)).toMatch(expected);
    expect(logOf(result) + result.summary).not.toContain('NaN');
  });

  test('in files: the summary says that they may be of two machines', async () => {
    write('base', [100, 101, 99, 100.5, 99.5]);
    write('head', [100, 101, 99, 100.5, 99.5]);
    const result = await stage.judge({ ...inputs, results: 'm/head/*', baseline: 'm/base/*' });
    expect([result.code, result.outputs['passed']]).toEqual([0, 'true']);
    expect(result.summary).toContain('Nothing says that base and head were measured in turn on one machine.');
  });

  test('in turn: a new metric is judged by its threshold alone, and a metric in another unit is converted', async () => {
    write('base', [100, 101, 99, 100.5, 99.5]);
    for (let run = 0; run < 5; run++) {
      stage.writeLines(`m/head/${run}.jsonl`, [latency(0.1 + run / 1_000, { unit: 's' }), latency(1, { name: 'new' })]);
    }
    manifest(5);
    const result = await stage.judge(inputs);
    expect([result.code, JSON.parse(result.outputs['verdicts']!)]).toEqual([0, { latency: 'passed', new: 'unjudged' }]);
  });

  test('that are the same file are refused', async () => {
    write('base', [100, 101]);
    write('head', [100, 101]);
    const result = await stage.judge({ ...inputs, results: 'm/**/*.jsonl', baseline: 'm/base/*' });
    expect([result.code, codeOf(result)]).toEqual([1, 'bad-input']);
    expect(errorOf(result)).toContain('m/base/0.jsonl is given twice.');
  });

  test('in turn: a metric that only the base has is red, and so is a file that is gone', async () => {
    write('base', [100, 101, 99, 100.5, 99.5], { name: 'old' });
    write('head', [100, 101, 99, 100.5, 99.5]);
    manifest(5);
    expect((await stage.judge(inputs)).outputs['verdicts']).toContain('"old":"missing"');
    manifest(6);
    const result = await stage.judge(inputs);
    expect([codeOf(result), result.outputs['reason']]).toEqual([
      'results-missing',
      'base/5.jsonl is missing, which interleaved.json names.',
    ]);
  });
});

describe('Bad inputs', () => {
  test.each<[string, Record<string, string>, string]>([
    ['no results', {}, '`results` is empty; allowed: the files with the results, or `post`.'],
    [
      'a baseline without a history',
      { results: 'r', baseline: 'last-release' },
      '`baseline` is "last-release" without a `history`',
    ],
    [
      'a history that is a folder',
      { results: 'r', history: 's3://bucket/folder/' },
      'the key of an object, not a prefix',
    ],
    ['an unknown format', { results: 'r', format: 'excel' }, 'allowed: one of junit, pytest-benchmark'],
    ['a confidence of 3', { results: 'r', confidence: '3' }, '`confidence` is "3"; allowed: a share from 50'],
    ['a list that is cut off', { results: 'r', confirm: '["lat"' }, 'a JSON list of names'],
    ['a direction', { results: 'r', better: 'latency: faster' }, 'latency: \\"faster\\"'],
    ['a machine', { results: 'r', machine: '{cpu: 3}' }, 'cpu: 3'],
    ['a path that leaves the workspace', { results: '../r' }, 'it leaves the folder by `..`'],
    ['thresholds in a file that is not there', { results: 'r', thresholds: 'none.yml' }, 'none.yml'],
  ])('%s', async (_, inputs, sentence) => {
    const result = await stage.judge(inputs);
    expect([result.code, codeOf(result)]).toEqual([1, 'bad-input']);
    expect(errorOf(result)).toContain(sentence);
    expect(result.outputs).toMatchObject({ passed: 'false', code: '100' });
    expect(result.outputs['reason']).not.toBe('');
  });
});
