import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { actions } from '../../actions/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
/** cfn-lint takes some seconds to read what AWS has. */
const LINT_MS = 60_000;

interface Linter {
  readonly program: string;
  readonly args: readonly string[];
  readonly reads: readonly RegExp[];
  /** Lays files out in an empty folder for a linter that cannot read them where they are. @returns what it is to read */
  readonly layOut?: (files: readonly string[], folder: string) => readonly string[];
  /** A file with a mistake that the linter is there to find, and its words for it. */
  readonly planted: { readonly file: string; readonly text: string; readonly finds: RegExp };
}

const workflow =
  'on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.event.head_commit.message }}\n';
const template =
  "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: a\n";
const workflows = [
  /^\.github\/workflows\/.*\.ya?ml$/,
  /^workflows\/starter\/(?!ec2-runners).*\.ya?ml$/,
  /^workflows\/example-marqo\/after\/.*\.ya?ml$/,
];
const ourActions = actions.map(({ name }) => name);
const scripts = [/\.sh$/, /^\.ci\/run$/, /\/packer$/];

const linters: Readonly<Record<string, Linter>> = {
  actionlint: {
    program: '.peers/bin/actionlint',
    args: ['-no-color', '-shellcheck', join(root, '.peers/venv/bin/shellcheck')],
    reads: workflows,
    layOut: layOutForActionlint,
    planted: { file: 'planted.yml', text: workflow, finds: /potentially untrusted/ },
  },
  zizmor: {
    program: '.peers/venv/bin/zizmor',
    args: ['--offline', '--no-progress', '--quiet', '--no-config', '--pedantic'],
    reads: [...workflows, /^[a-z-]+\/action\.yml$/],
    planted: { file: '.github/workflows/planted.yml', text: workflow, finds: /template-injection/ },
  },
  'cfn-lint': {
    program: '.peers/venv/bin/cfn-lint',
    args: ['--non-zero-exit-code', 'informational', '--'],
    reads: [/^iam\/.*\.yml$/],
    planted: { file: 'planted.yml', text: template, finds: /E3003/ },
  },
  shellcheck: {
    program: '.peers/venv/bin/shellcheck',
    args: ['--external-sources'],
    reads: scripts,
    planted: { file: 'planted.sh', text: '#!/bin/bash\nrm -rf $1\n', finds: /SC2086/ },
  },
  shfmt: {
    program: '.peers/venv/bin/shfmt',
    args: ['--diff'],
    reads: scripts,
    planted: { file: 'planted.sh', text: '#!/bin/bash\nif true\nthen echo 1; fi\n', finds: /^\+/m },
  },
};

/**
 * Each folder of workflows becomes a repository of its own, as where it is copied to. actionlint 1.7.12 takes `$/action`
 * for a mistake: it is given `./action` instead, and our actions beside it, so that it checks what they are given.
 */
function layOutForActionlint(files: readonly string[], folder: string): readonly string[] {
  // With an end of its own, because actionlint takes a folder whose name begins like another's for a part of it.
  const repositoryOf = (path: string): string => join(folder, `${dirname(path).replaceAll('/', '-')}.d`);
  const targetOf = (path: string): string => join(repositoryOf(path), '.github/workflows', basename(path));
  for (const path of files) {
    const [repository, target] = [repositoryOf(path), targetOf(path)];
    mkdirSync(dirname(target), { recursive: true });
    mkdirSync(join(repository, '.git'), { recursive: true });
    writeFileSync(target, readFileSync(join(root, path), 'utf8').replaceAll('uses: $/', 'uses: ./'));
  }
  const own = join(folder, '.github-workflows.d');
  for (const name of [...ourActions, 'dist']) symlinkSync(join(root, name), join(own, name));
  return files.map(targetOf);
}

/** @returns what the linter has to say: '' when it is content */
async function lint({ program, args }: Linter, files: readonly string[], cwd = root): Promise<string> {
  try {
    await run(join(root, program), [...args, ...files], { cwd });
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}${stderr}` || String(error);
  }
}

/** Files that git has or would take. */
function listFiles(): string[] {
  const options = { cwd: root, encoding: 'utf8' } as const;
  return execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], options).split('\n');
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lint-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('actionlint is shown what our actions take', async () => {
  const path = '.github/workflows/tox-on-ec2.yml';
  const laidOut = layOutForActionlint([path], mkdtempSync(join(folder, 'laid-out-')))[0]!;
  writeFileSync(laidOut, readFileSync(laidOut, 'utf8').replaceAll('tox-env: ${{', 'tox-environment: ${{'));
  expect(await lint(linters['actionlint']!, [laidOut])).toMatch(
    /input "tox-environment" is not defined in action "Run tox"/,
  );
});

describe.each(Object.entries(linters))('%s', (_, linter) => {
  test(
    'is content with all our files',
    async () => {
      const files = listFiles().filter((file) => linter.reads.some((pattern) => pattern.test(file)));
      expect(files).not.toEqual([]);
      const laidOut = linter.layOut?.(files, mkdtempSync(join(folder, 'laid-out-')));
      expect(await lint(linter, laidOut ?? files)).toBe('');
    },
    LINT_MS,
  );

  test(
    'finds a planted mistake',
    async () => {
      const { file, text, finds } = linter.planted;
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
      expect(await lint(linter, [file], folder)).toMatch(finds);
    },
    LINT_MS,
  );
});
