import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { errorOf, logOf } from './suite.js';
import { codeOf, TestStage } from './test-stage.js';

let stage: TestStage;
beforeEach(() => {
  stage = new TestStage();
});
afterEach(() => stage.close());

const xml =
  '<testsuite><testcase classname="a" name="ok"/><testcase classname="a" name="bad"><failure message="no"/></testcase></testsuite>';
const tox = (inputs: Record<string, string> = {}) => stage.run('run-tox', { 'tox-env': 'py3-a', ...inputs });

describe('run-tox', () => {
  test('is green when tests passed, and shows what they say', async () => {
    stage.addProgram('tox', 'echo "called with $*"; echo "== 2 passed in 0.1s =="');
    const result = await tox();
    expect(result.code).toBe(0);
    expect(result.outputs).toEqual({ verdict: 'passed', minutes: '0.0' });
    expect(logOf(result)).toContain('called with -e py3-a\n== 2 passed in 0.1s ==');
    expect(result.summary).toContain('### tox -e py3-a: passed');
  });

  test('is red by tox’s exit code, and says so in its outputs, too', async () => {
    stage.addProgram('tox', 'echo "== 1 failed in 0.1s =="; exit 3');
    const result = await tox();
    expect([result.code, result.outputs['verdict']]).toEqual([1, 'failed']);
    expect(errorOf(result)).toContain('tox ended with exit code 3.');
    expect(codeOf(result)).toBe('tests-failed');
  });

  test('is red when nothing was tested, though tox ended well', async () => {
    stage.addProgram('tox', 'echo "== no tests ran in 0.1s =="');
    const result = await tox();
    expect([result.code, result.outputs['verdict']]).toEqual([1, 'failed']);
    expect(codeOf(result)).toBe('nothing-tested');
  });

  test('shows the failing tests of a report first, and is red for them whatever tox says', async () => {
    stage.addProgram('tox', `mkdir -p out; echo '${xml}' >out/r.xml`);
    const result = await tox({ report: 'out/*.xml' });
    expect(errorOf(result)).toContain('1 test failed (tox ended well).');
    expect(result.summary.indexOf('| a: bad | no |')).toBeLessThan(result.summary.indexOf('| a: ok |'));
    expect(result.summary).toContain('| a: bad | no |');
  });

  test('takes no report from before this run for one of it', async () => {
    stage.write('r.xml', xml);
    stage.addProgram('touch-old', 'touch -d "1 hour ago" r.xml');
    stage.addProgram('tox', 'true');
    const result = await tox({ report: 'r.xml', setup: 'touch -d "1 hour ago" r.xml' });
    expect(errorOf(result)).toContain('r.xml was there before the tests began, and does not count.');
  });

  test('gives setup and tox the environment, a folder and a HOME; masks what is secret in it', async () => {
    stage.write('sub/a', '');
    stage.addProgram('tox', 'echo "tox: $PWD $A $S $HOME"; echo "1 passed in 0.1s"');
    const result = await tox({
      'working-directory': 'sub',
      setup: 'echo "setup: $A $S"\nfalse | true\necho "not reached"',
      env: '{"A": "from env", "S": "lost"}',
      'secret-env': '{"S": "hush-hush"}',
    });
    expect(codeOf(result)).toBe('setup-failed');
    expect(logOf(result)).toContain('setup: from env hush-hush');
    expect(logOf(result)).not.toContain('not reached');
    expect(result.masked).toContain('hush-hush');
    expect(result.lines.findIndex((line) => line.startsWith('::add-mask::'))).toBe(0);
    const second = await tox({ 'working-directory': 'sub', env: '{"A": "a"}' });
    expect(logOf(second)).toMatch(/tox: \S+\/workspace\/sub a {2}\/\S*/);
  });

  test('masks numbers, and says by name what is too short to be masked', async () => {
    stage.addProgram('tox', 'echo "1 passed in 0.1s"');
    const result = await tox({ 'secret-env': '{"PIN": 48151623, "DEBUG": "1", "FLAG": true}' });
    expect(result.masked).toContain('48151623');
    expect(result.masked).not.toContain('1');
    expect(result.masked).not.toContain('true');
    expect(logOf(result)).toMatch(/^::warning::Not masked: `secret-env`: DEBUG, `secret-env`: FLAG\. /m);
  });

  test('fetches other versions by uv', async () => {
    stage.addProgram('uv', 'echo "uv $*"; echo "1 passed in 0.1s"');
    const result = await tox({ 'python-version': '3.8', 'tox-version': '3.26' });
    expect(logOf(result)).toContain('\nuv tool run --python 3.8 --from=tox==3.26 tox -e py3-a');
  });

  test('says what to do on a machine with neither tox nor uv', async () => {
    expect(codeOf(await tox({ 'tox-version': '3.26' }))).toBe('tox-not-found');
  });

  test.each([
    [{ 'working-directory': 'sub' }, '`working-directory` is "sub", which is no folder'],
    [{ 'working-directory': '../..' }, 'allowed: a path inside the workspace'],
    [{ 'tox-env': '' }, '`tox-env` is empty'],
    [{ 'tox-env': '--version' }, 'allowed: the name of a tox environment'],
    [{ 'tox-envs': 'a' }, '`tox-envs` is not an input; did you mean `tox-env`?'],
  ])('refuses %j', async (inputs, problem) => {
    stage.addProgram('tox', 'echo "1 passed in 0.1s"');
    const result = await tox(inputs);
    expect(result.code).toBe(1);
    expect(errorOf(result)).toContain(problem);
  });

  test('ends tox when it is cancelled', async () => {
    stage.addProgram('tox', 'echo began; exec sleep 60');
    let kill: (signal: NodeJS.Signals) => void = () => {};
    const result = await stage.run(
      'run-tox',
      { 'tox-env': 'a' },
      {
        onStart: (send) => (kill = send),
        onLine: (line) => line === 'began' && kill('SIGINT'),
      },
    );
    expect(result.seconds).toBeLessThan(30);
    expect(codeOf(result)).toBe('cancelled');
  });
});

describe('report-tests', () => {
  const report = (needs: object) => stage.run('report-tests', { needs: JSON.stringify(needs) });

  test('is green for success and skipped, red for anything else, with the table in the summary', async () => {
    const green = await report({
      unit: { result: 'success', outputs: { verdict: 'passed' } },
      cuda: { result: 'skipped', outputs: {} },
    });
    expect([green.code, green.outputs]).toEqual([0, { verdict: 'passed' }]);
    const red = await report({ unit: { result: 'success', outputs: {} }, cuda: { result: 'cancelled', outputs: {} } });
    expect([red.code, red.outputs]).toEqual([1, { verdict: 'failed' }]);
    expect(errorOf(red)).toContain('Not successful: cuda (cancelled).');
    expect(codeOf(red)).toBe('environments-failed');
    expect(red.summary).toContain('| cuda |  |  | **cancelled** |');
  });

  test('is red without jobs: a summary of nothing says nothing', async () => {
    expect(errorOf(await stage.run('report-tests', { needs: '' }))).toContain('`needs` is empty');
  });
});
