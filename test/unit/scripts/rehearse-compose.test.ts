import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { planCompose, type ComposeRehearsal } from '../../../scripts/rehearse/compose/plan.js';
import { rehearseCommandLine, toRehearseOptions } from '../../../scripts/rehearse/options.js';
import { readCommandLine } from '../../../src/terminal/command-line.js';
import { UsageError } from '../../../src/terminal/usage-error.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rehearse-compose-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function plan(choice: Partial<Parameters<typeof planCompose>[0]> = {}): ComposeRehearsal {
  return planCompose({ folder, job: undefined, fail: undefined, ...choice });
}

/** The problems of a call that is refused. */
function refuse(call: () => unknown): readonly string[] {
  try {
    call();
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
  return ['nothing was refused'];
}

const WORKFLOW = `
jobs:
  lint: { runs-on: ubuntu-24.04, steps: [] }
  first:
    uses: org/ci-actions/.github/workflows/compose-on-ec2.yml@v1
    with: { preset: cuda, session: tests, timeout-minutes: 5, ready: 'db: healthy' }
  second:
    uses: ./.github/workflows/compose-on-ec2.yml
    with: { session: other, ref: main }
`;

describe('the plan of a rehearsal of a Compose project', () => {
  test('without a rehearse.yml, the folder itself is rehearsed with no inputs', () => {
    expect(plan()).toEqual({
      workspace: folder,
      job: undefined,
      preset: undefined,
      inputs: {},
      standIns: [],
      says: undefined,
    });
  });

  test("the inputs are the workflow's, and those of rehearse.yml replace them", () => {
    write({
      'ci.yml': WORKFLOW,
      'rehearse.yml':
        'workflow: ci.yml\nworkspace: after\ninputs: { build: false, session: mine, override: { db: { cpus: 1 } } }',
      'after/compose.yml': '',
    });
    expect(plan()).toMatchObject({
      workspace: join(folder, 'after'),
      job: 'first',
      preset: 'cuda',
      inputs: {
        session: 'mine',
        'timeout-minutes': '5',
        ready: 'db: healthy',
        build: 'false',
        override: '{"db":{"cpus":1}}',
      },
    });
  });

  test('a job is chosen by its name; inputs of the machine are left out', () => {
    write({ 'ci.yml': WORKFLOW, 'rehearse.yml': 'workflow: ci.yml' });
    expect(plan({ job: 'second' })).toMatchObject({ preset: undefined, inputs: { session: 'other' } });
    expect(plan({ job: 'second' }).inputs).not.toHaveProperty('ref');
    expect(refuse(() => plan({ job: 'secnd' }))).toEqual([
      expect.stringMatching(/`secnd` is not among.*nearest: `second`/),
    ]);
    expect(refuse(() => plan({ job: 'lint' }))).toEqual([expect.stringContaining('`lint` is not among')]);
  });

  test('every problem of a rehearse.yml is reported at once', () => {
    write({
      'ci.yml': WORKFLOW.replace('session: tests', 'session: "${{ inputs.session }}"'),
      'rehearse.yml':
        'workflow: ci.yml\nworkspce: a\nworkspace: nowhere\ninputs: { sesion: a }\nimages: { base: { commands: bin }, other: {} }',
    });
    expect(refuse(() => plan({ fail: 'ready' }))).toEqual([
      expect.stringContaining('`workspce` is not known'),
      expect.stringContaining('`--fail ready` depends on the project'),
      expect.stringContaining('The input `session` is an expression'),
      expect.stringMatching(/`sesion` is not an input of run-compose.*nearest: `session`/),
      expect.stringContaining('which does not exist'),
      expect.stringContaining('`images` has base without `commands`'),
      expect.stringContaining('`images` has other without `commands`'),
    ]);
  });

  test.each([
    ['inputs: [', /rehearse\.yml is no YAML: /],
    ['- a', /rehearse\.yml is no map/],
    ['workflow: no.yml', /`workflow` is .*no\.yml, which does not exist/],
  ])('%s is refused', (text, problem) => {
    write({ 'rehearse.yml': text });
    expect(refuse(plan)).toEqual([expect.stringMatching(problem)]);
  });

  test('a folder without a workflow has no jobs to choose from', () => {
    expect(refuse(() => plan({ job: 'a' }))).toEqual([expect.stringContaining('names no `workflow`')]);
  });

  test('any project can fail in setup and in assert; a description of its own wins', () => {
    expect(plan({ fail: 'setup' }).inputs).toEqual({ setup: expect.stringContaining('exit 7') });
    expect(plan({ fail: 'assert' }).inputs).toEqual({ assert: expect.stringContaining('exit 1') });
    write({
      'rehearse.yml': 'inputs: { env: { A: 1 } }\nfail: { assert: { says: It breaks., inputs: { env: { A: 2 } } } }',
    });
    expect(plan({ fail: 'assert' })).toMatchObject({ says: 'It breaks.', inputs: { env: '{"A":2}' } });
  });

  test('a stand-in has its folder of programs and its instructions', () => {
    write({ 'bin/serve': '', 'rehearse.yml': `images: { base: { commands: bin, changes: ['CMD ["serve"]'] } }` });
    expect(plan().standIns).toEqual([{ image: 'base', commands: join(folder, 'bin'), changes: ['CMD ["serve"]'] }]);
  });
});

describe('the options of a rehearsal', () => {
  const read = (...args: string[]) => {
    const input = readCommandLine(rehearseCommandLine, args);
    if (input === 'help') throw new Error('help');
    return toRehearseOptions(input.values);
  };

  test('--fail of a phase belongs to the Compose project, and of a machine to the machine', () => {
    expect(read('--compose', folder, '--fail', 'ready')).toMatchObject({ fail: undefined, compose: { fail: 'ready' } });
    expect(read('--compose', folder, '--fail', 'boot')).toMatchObject({ fail: 'boot', compose: { fail: undefined } });
  });

  test('options that belong to --compose need it, and it excludes a command', () => {
    expect(refuse(() => read('--fail', 'ready', '--job', 'a'))).toEqual([
      '`--fail ready` needs `--compose`.',
      '`--job` needs `--compose`.',
    ]);
    expect(refuse(() => read('--compose', folder, '--run', 'true', '--dir', folder))).toEqual([
      expect.stringContaining('`--run` and `--compose`'),
      expect.stringContaining('`--dir` and `--compose`'),
    ]);
  });
});
