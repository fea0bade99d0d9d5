import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { errorOf, logOf } from '../worlds/sandbox/scene.js';
import { until } from './stand-in.js';
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
  test('succeeds when tests passed, and shows their output', async () => {
    stage.addProgram('tox', 'echo "called with $*"; echo "== 2 passed in 0.1s =="');
    const result = await tox();
    expect(result.code).toBe(0);
    expect(result.outputs).toEqual({ verdict: 'passed', minutes: '0.0', interrupted: 'false' });
    expect(logOf(result)).toMatch(/called with -e py3-a --result-json \S+\n== 2 passed in 0.1s ==/);
    expect(result.summary).toContain('### tox -e py3-a: passed');
  });

  test('fails with the exit code of tox, and sets its outputs', async () => {
    stage.addProgram('tox', 'echo "== 1 failed in 0.1s =="; exit 3');
    const result = await tox();
    expect([result.code, result.outputs['verdict']]).toEqual([1, 'failed']);
    expect(errorOf(result)).toContain('tox ended with exit code 3.');
    expect(codeOf(result)).toBe('tests-failed');
  });

  test('fails when nothing was tested, although tox succeeded', async () => {
    stage.addProgram('tox', 'echo "== no tests ran in 0.1s =="');
    const result = await tox();
    expect([result.code, result.outputs['verdict']]).toEqual([1, 'failed']);
    expect(codeOf(result)).toBe('nothing-tested');
  });

  test('shows the failed tests of a report first, and fails even if tox succeeds', async () => {
    stage.addProgram('tox', `mkdir -p out; echo '${xml}' >out/r.xml`);
    const result = await tox({ report: 'out/*.xml' });
    expect(errorOf(result)).toContain('1 test failed (tox ended with exit code 0).');
    expect(result.summary.indexOf('| a: bad | no |')).toBeLessThan(result.summary.indexOf('| a: ok |'));
    expect(result.summary).toContain('| a: bad | no |');
  });

  test('ignores a report from before this run', async () => {
    stage.write('r.xml', xml);
    stage.addProgram('touch-old', 'touch -d "1 hour ago" r.xml');
    stage.addProgram('tox', 'true');
    const result = await tox({ report: 'r.xml', setup: 'touch -d "1 hour ago" r.xml' });
    expect(errorOf(result)).toContain('r.xml existed before the tests started, and does not count.');
  });

  test('ignores a report that `setup` has just copied', async () => {
    stage.write('old/r.xml', xml);
    stage.addProgram('tox', 'true');
    const result = await tox({ report: 'r.xml', setup: 'cp old/r.xml .' });
    expect(errorOf(result)).toContain('r.xml existed before the tests started, and does not count.');
  });

  test('counts a report with several names once', async () => {
    stage.addProgram('tox', `echo '${xml}' >r.xml; ln -sf r.xml link.xml`);
    expect(errorOf(await tox({ report: '*.xml' }))).toContain('1 test failed (tox ended with exit code 0).');
  });

  test('counts a report that two environments name for the last one', async () => {
    const ok = '<testsuite><testcase name="ok"/></testsuite>';
    const ran = (line: string) =>
      `{"result": {"success": true}, "test": [{"command": ["pytest", "--junitxml=r.xml"], "retcode": 0, "output": "== ${line} in 0.1s =="}]}`;
    stage.addProgram(
      'tox',
      `while [[ $# -gt 0 ]]; do if [[ $1 = --result-json ]]; then result=$2; fi; shift; done
[[ $result ]] || exit 0
echo '${ok}' >r.xml
echo '{"toxversion": "4.9.0", "testenvs": {"a": ${ran('1 skipped')}, "b": ${ran('1 passed')}}}' >"$result"`,
    );
    const result = await tox({ 'tox-env': 'a,b' });
    expect(errorOf(result)).toContain('a: no test was executed (“1 skipped”).');
    expect(result.summary).toContain('| b | passed | JUnit of the test program (1 test) |');
  });

  test('does not warn of posargs that are paths, which tox rewrites, or when no command ran', async () => {
    stage.write('tests/a.py', '');
    stage.addProgram('tox', fakeTox('4.9.0', ''));
    expect(logOf(await tox({ posargs: 'tests/a.py::test_a' }))).not.toContain('reached no command');
    stage.addProgram(
      'tox',
      `while [[ $# -gt 0 ]]; do if [[ $1 = --result-json ]]; then echo '{"toxversion": "4.9.0", "testenvs": {}}' >"$2"; fi; shift; done; exit 1`,
    );
    expect(logOf(await tox({ posargs: '-k a' }))).not.toContain('reached no command');
  });

  test('runs setup and tox with the environment, a folder and a HOME, and masks secrets', async () => {
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

  test('masks numbers, and warns of variables that are too short to be masked', async () => {
    stage.addProgram('tox', 'echo "1 passed in 0.1s"');
    const result = await tox({ 'secret-env': '{"PIN": 48151623, "DEBUG": "1", "FLAG": true}' });
    expect(result.masked).toContain('48151623');
    expect(result.masked).not.toContain('1');
    expect(result.masked).not.toContain('true');
    expect(logOf(result)).toMatch(/^::warning::Not masked: `secret-env`: DEBUG, `secret-env`: FLAG\. /m);
  });

  test('installs other versions with uv', async () => {
    stage.addProgram('uv', 'echo "uv $*"; echo "1 passed in 0.1s"');
    const result = await tox({ 'python-version': '3.8', 'tox-version': '3.26' });
    expect(logOf(result)).toContain('\nuv tool run --python 3.8 --from=tox==3.26 tox -e py3-a');
  });

  test('fails with a hint on a machine without tox and uv', async () => {
    expect(codeOf(await tox({ 'tox-version': '3.26' }))).toBe('tox-not-found');
  });

  test.each([
    [{ 'working-directory': 'sub' }, '`working-directory` is "sub", which is no folder'],
    [{ 'working-directory': '../..' }, 'allowed: a path inside the workspace'],
    [{ 'tox-env': '' }, '`tox-env` is empty'],
    [{ 'tox-env': '--version' }, 'allowed: the name of a tox environment'],
    [
      { 'tox-env': 'py3 a' },
      '`tox-env` is "py3 a"; allowed: the name of a tox environment, or names separated by commas',
    ],
    [{ 'tox-env': 'a,' }, 'allowed: the name of a tox environment'],
    [{ posargs: '-k "a' }, '`posargs` is "-k \\"a"; allowed: words as in a shell; the quote " is not closed'],
    [{ report: '../r.xml' }, '`report` is "../r.xml"; allowed: paths relative to that folder'],
    [{ 'tox-envs': 'a' }, '`tox-envs` is not an input; did you mean `tox-env`?'],
  ])('refuses %j', async (inputs, problem) => {
    stage.addProgram('tox', 'echo "1 passed in 0.1s"');
    const result = await tox(inputs);
    expect(result.code).toBe(1);
    expect(errorOf(result)).toContain(problem);
  });

  test('does not leave tox behind when it is killed', async () => {
    stage.addProgram('tox', '[[ $1 != --version ]] || exit 1; echo "began $$"; exec sleep 60');
    let kill: (signal: NodeJS.Signals) => void = () => {};
    let pid = 0;
    const began = (line: string): void => {
      pid ||= Number(/^began (\d+)$/.exec(line)?.[1] ?? 0);
      if (pid > 0) kill('SIGKILL');
    };
    await stage.run('run-tox', { 'tox-env': 'a' }, { onStart: (send) => (kill = send), onLine: began });
    expect(pid).toBeGreaterThan(0);
    await until(`the end of process ${pid}`, () => !existsSync(`/proc/${pid}`) || isZombie(pid));
  });

  test('ends tox when it is cancelled', async () => {
    stage.addProgram('tox', '[[ $1 = --version ]] && exit; echo began; exec sleep 60');
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

  test('ends the whole process group when it is cancelled, even processes that ignore SIGINT, and writes a summary', async () => {
    stage.addProgram(
      'tox',
      '[[ $1 = --version ]] && exit; trap "" INT; bash -c "trap \'\' INT TERM; echo child $$; sleep 60" & echo began; wait; sleep 60',
    );
    const pids: number[] = [];
    let kill: (signal: NodeJS.Signals) => void = () => {};
    const result = await stage.run(
      'run-tox',
      { 'tox-env': 'a', setup: 'sleep 60 & echo server $!' },
      {
        onStart: (send) => (kill = send),
        onLine: (line) => {
          const [, pid] = /^(?:child|server) (\d+)$/.exec(line) ?? [];
          if (pid !== undefined) pids.push(Number(pid));
          if (line.startsWith('child')) kill('SIGINT');
        },
      },
    );
    expect(result.seconds).toBeLessThan(9.5);
    expect(codeOf(result)).toBe('cancelled');
    expect(result.summary).toContain('cancelled');
    expect(pids.filter((pid) => existsSync(`/proc/${pid}`) && !isZombie(pid))).toEqual([]);
    expect(pids).toHaveLength(2);
  });

  test('waits for `setup` and tox, but not for their background processes, whose output is shown', async () => {
    const flag = join(stage.directory, 'flag');
    stage.addProgram(
      'tox',
      `touch ${flag}; (while true; do echo left >&2; sleep 0.1; done) & echo $! >>${flag}.pids; sleep 1; echo "== 2 passed in 0.1s =="`,
    );
    const setup = `(until [ -e ${flag} ]; do sleep 0.05; done; echo served; exec sleep 300) & echo $! >${flag}.pids`;
    const result = await tox({ setup });
    for (const pid of readFileSync(`${flag}.pids`, 'utf8').trim().split('\n')) process.kill(Number(pid));
    expect(result.code).toBe(0);
    expect(result.seconds).toBeLessThan(20);
    expect(logOf(result)).toContain('served');
  });

  test('passes on the variables of the workflow, to tox 3 and to tox 4', async () => {
    stage.addProgram('tox', fakeTox('4.9.0', 'echo "three: $TOX_TESTENV_PASSENV"'));
    const result = await tox({ env: '{"LEVEL": "debug"}', 'secret-env': '{"KEY": "hush"}' });
    expect(logOf(result)).toContain('three: LEVEL KEY PYTEST_ADDOPTS');
    expect(logOf(result)).toMatch(/args: .* -x testenv:py3-a\.pass_env=OWN,LEVEL,KEY,PYTEST_ADDOPTS( |$)/m);
    expect(logOf(result)).toMatch(/^tox -e py3-a$/m);
  });

  test('keeps the overrides of the user', async () => {
    stage.addProgram('tox', fakeTox('4.9.0', 'echo "variable: [$TOX_OVERRIDE]"'));
    const result = await tox({ env: '{"TOX_OVERRIDE": "testenv.deps+=a;testenv.x=y"}' });
    expect(logOf(result)).toMatch(/args: .*\.json -x testenv\.deps\+=a -x testenv\.x=y -x testenv\.pass_env=OWN,/);
    expect(logOf(result)).toContain('variable: []');
  });

  test('passes on nothing with `pass-env: false`, and warns of variables that the tests lack', async () => {
    stage.addProgram('tox', fakeTox('4.9.0', 'echo "three: [$TOX_TESTENV_PASSENV] [$PYTEST_ADDOPTS]"'));
    const result = await tox({ env: '{"LEVEL": "debug", "OWN": "x"}', 'pass-env': 'false' });
    expect(logOf(result)).toContain('three: [] []');
    expect(logOf(result)).not.toContain('pass_env=');
    expect(logOf(result)).toContain('::warning::py3-a does not pass LEVEL on to its tests.');
  });

  test('keeps the PYTEST_ADDOPTS of the user, and adds no report when the configuration requests one', async () => {
    stage.addProgram('tox', fakeTox('3.28.0', 'echo "options: $PYTEST_ADDOPTS"'));
    const env = '{"PYTEST_ADDOPTS": "-x"}';
    expect(logOf(await tox({ env }))).toMatch(/options: -x '--junitxml=\S+\/\$TOX_ENV_NAME\.xml'/);
    stage.write('pytest.ini', '[pytest]\naddopts = --junitxml=own.xml');
    expect(logOf(await tox({ env }))).toMatch(/^options: -x$/m);
  });

  test('judges by the reports of all pytest sessions', async () => {
    const report = '"$(dirname "${PYTEST_ADDOPTS#*=}")/$TOX_ENV_NAME.xml"';
    const skipped = '<testsuite><testcase name="s"><skipped/></testcase></testsuite>';
    stage.addProgram('tox', `TOX_ENV_NAME=py3-a; echo '${xml}' >${report}; sleep 0.3; echo '${skipped}' >${report}`);
    const result = await tox();
    expect(errorOf(result)).toContain('1 test failed (tox ended with exit code 0).');
    expect(result.summary).toContain('1 failed, 1 passed, 1 skipped');
    expect(result.summary).toContain('JUnit of the test program (3 tests)');
  });

  test('runs tox with what `setup` writes to GITHUB_ENV and GITHUB_PATH', async () => {
    stage.write('env', 'BEFORE=1\n');
    stage.write('path', '');
    stage.write('tools/helper', '#!/bin/sh\necho helped');
    stage.addProgram('tox', fakeTox('4.9.0', 'echo "$FROM_SETUP $BEFORE"; helper'));
    const result = await stage.run(
      'run-tox',
      {
        'tox-env': 'py3-a',
        setup: 'chmod +x tools/helper; echo "FROM_SETUP=yes" >>$GITHUB_ENV; echo "$PWD/tools" >>$GITHUB_PATH',
      },
      { environment: { GITHUB_ENV: join(stage.workspace, 'env'), GITHUB_PATH: join(stage.workspace, 'path') } },
    );
    expect(logOf(result)).toContain('\nyes \nhelped');
    expect(logOf(result)).toContain('OWN,FROM_SETUP,PYTEST_ADDOPTS');
  });

  test('runs setup and tox without the variables for the action alone', async () => {
    stage.addProgram('tox', 'env | sed "s/^/tox /"; echo "1 passed in 0.1s"');
    const result = await stage.run(
      'run-tox',
      { 'tox-env': 'a', setup: 'env | sed "s/^/setup /"', 'secret-env': '{"KEY": "hush"}' },
      { environment: { ACTIONS_RUNTIME_TOKEN: 'runtime', ACTIONS_CACHE_URL: 'cache', STATE_x: 'state' } },
    );
    expect(result.code).toBe(0);
    expect(logOf(result)).toContain('setup KEY=hush');
    expect(logOf(result)).toContain('tox KEY=hush');
    expect(logOf(result)).not.toMatch(/^(setup|tox) (ACTIONS_|INPUT_|STATE_)/m);
  });

  test('passes on posargs, and warns when they reach no command', async () => {
    stage.addProgram('tox', fakeTox('4.9.0', ''));
    const result = await tox({ posargs: '-k "a or b"' });
    expect(logOf(result)).toMatch(/args: .* -- -k a or b$/m);
    expect(logOf(result)).toContain('::warning::`posargs` reached no command');
  });

  test('lists the defined environments when one is not defined', async () => {
    stage.addProgram(
      'tox',
      `if [[ $1 = -a ]]; then printf 'py3\nunit\n'; else echo "ERROR: unknown environment '$2'"; exit 1; fi`,
    );
    const result = await tox({ 'tox-env': 'unti' });
    expect(codeOf(result)).toBe('environment-not-found');
    expect(errorOf(result)).toContain('no environment "unti". Did you mean "unit"?');
    expect(errorOf(result)).toContain('There are: py3, unit.');
  });

  test('fails when tox finds no configuration, although tox succeeds', async () => {
    stage.addProgram('tox', 'echo "ROOT: No tox.ini found, assuming empty tox.ini at $PWD"; echo "  py: OK"');
    expect(codeOf(await tox())).toBe('environment-not-found');
  });
});

/** A fake tox that prints its version and what it passes on; otherwise it runs the script and writes a result. */
function fakeTox(version: string, script: string): string {
  return `case "$1" in
--version) echo "${version} from /x"; exit;;
config) printf '[testenv:%s]\npass_env =\n  OWN\n' py3-a; exit;;
esac
echo "args: $*"
${script}
while [[ $# -gt 0 ]]; do if [[ $1 = --result-json ]]; then result=$2; fi; shift; done
echo '{"toxversion": "${version}", "testenvs": {"py3-a": {"result": {"success": true}, "test": [{"command": ["x"], "retcode": 0, "output": "== 1 passed in 0.1s ==", "run_id": "commands[0]"}]}}}' >"$result"`;
}

function isZombie(pid: number): boolean {
  return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

describe('report-tests', () => {
  const report = (needs: object) => stage.run('report-tests', { needs: JSON.stringify(needs) });

  test('succeeds when something passed and nothing failed, with the table in the summary', async () => {
    const green = await report({
      unit: { result: 'success', outputs: { verdict: 'passed' } },
      s2search: { result: 'success', outputs: { verdict: 'skipped', reason: 'no secret' } },
      cuda: { result: 'skipped', outputs: {} },
    });
    expect([green.code, green.outputs]).toEqual([0, { verdict: 'passed', skipped: 's2search (no secret)', cost: '' }]);
    expect(green.summary).toContain('| cuda |  |  | not chosen |');
  });

  test('fails otherwise, also for a job without a verdict', async () => {
    const red = await report({ unit: { result: 'success', outputs: {} }, cuda: { result: 'cancelled', outputs: {} } });
    expect([red.code, red.outputs['verdict']]).toEqual([1, 'failed']);
    expect(errorOf(red)).toContain('Not successful: unit (no verdict), cuda (cancelled).');
    expect(codeOf(red)).toBe('environments-failed');
    expect(red.summary).toContain('| cuda |  |  | **cancelled** |');
  });

  test('fails without jobs', async () => {
    expect(errorOf(await stage.run('report-tests', { needs: '' }))).toContain('`needs` is empty');
  });
});
