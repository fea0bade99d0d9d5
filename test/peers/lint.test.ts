import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
/** cfn-lint takes some seconds to read what AWS has. */
const LINT_MS = 60_000;

interface Linter {
  readonly program: string;
  readonly args: readonly string[];
  readonly reads: readonly RegExp[];
  /** A file with a mistake that the linter is there to find, and its words for it. */
  readonly planted: { readonly file: string; readonly text: string; readonly finds: RegExp };
}

const workflow =
  'on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.event.head_commit.message }}\n';
const template =
  "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: a\n";
const workflows = [/^\.github\/workflows\/.*\.ya?ml$/, /^workflows\/starter\/.*\.ya?ml$/];
const scripts = [/\.sh$/, /^\.ci\/run$/, /\/packer$/];

const linters: Readonly<Record<string, Linter>> = {
  actionlint: {
    program: '.peers/bin/actionlint',
    args: ['-no-color', '-shellcheck', join(root, '.peers/venv/bin/shellcheck')],
    reads: workflows,
    planted: { file: 'planted.yml', text: workflow, finds: /potentially untrusted/ },
  },
  zizmor: {
    program: '.peers/venv/bin/zizmor',
    args: ['--offline', '--no-progress', '--quiet', '--no-config'],
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

describe.each(Object.entries(linters))('%s', (_, linter) => {
  test(
    'is content with all our files',
    async () => {
      const files = listFiles().filter((file) => linter.reads.some((pattern) => pattern.test(file)));
      expect(files).not.toEqual([]);
      expect(await lint(linter, files)).toBe('');
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
