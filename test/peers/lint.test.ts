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
/** cfn-lint takes some seconds to read its schemas of AWS resources. */
const LINT_MS = 60_000;

interface Linter {
  readonly program: string;
  readonly args: readonly string[];
  readonly reads: readonly RegExp[];
  /** Copies files into an empty folder for a linter that cannot read them in place. @returns the paths for the linter */
  readonly layOut?: (files: readonly string[], folder: string) => readonly string[];
  /** A file with a mistake that the linter must find, and the message for it. */
  readonly planted: { readonly file: string; readonly text: string; readonly finds: RegExp };
}

const workflow =
  'on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.event.head_commit.message }}\n';
const template =
  "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: a\n";
const workflows = [
  /^\.github\/workflows\/.*\.ya?ml$/,
  /^workflows\/starter\/(?!ec2-runners).*\.ya?ml$/,
  /^workflows\/example-(marqo|lumi|concert|benchmark)\/after\/[^/]*\.ya?ml$/,
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
    reads: [...workflows, /^[a-z-]+\/action\.yml$/, /^\.github\/dependabot\.yml$/],
    planted: { file: '.github/workflows/planted.yml', text: workflow, finds: /template-injection/ },
  },
  'cfn-lint': {
    program: '.peers/venv/bin/cfn-lint',
    // Every rule in every region. I4010 asks for metadata that describes the template to a machine.
    args: [
      '--non-zero-exit-code=informational',
      '--include-experimental',
      '--include-checks=I',
      '--ignore-checks=I4010',
      '--regions=ALL_REGIONS',
      '--',
    ],
    reads: [/^iam\/.*\.yml$/],
    planted: { file: 'planted.yml', text: template, finds: /E3003/ },
  },
  'check-jsonschema for Dependabot': {
    program: '.peers/venv/bin/check-jsonschema',
    args: ['--builtin-schema', 'vendor.dependabot', '--'],
    reads: [/^\.github\/dependabot\.yml$/],
    planted: { file: 'dependabot.yml', text: 'version: 2\nupdates:\n  - package-ecosystem: npm\n', finds: /schedule/ },
  },
  'check-jsonschema for issue forms': {
    program: '.peers/venv/bin/check-jsonschema',
    args: ['--builtin-schema', 'vendor.github-issue-forms', '--'],
    reads: [/^\.github\/ISSUE_TEMPLATE\/(?!config).*\.yml$/],
    planted: { file: 'form.yml', text: 'name: A\ndescription: B\nbody: []\n', finds: /body/ },
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
 * Each folder of workflows becomes a separate repository, as after a user has copied it. actionlint 1.7.12 reports
 * `$/action` as a mistake. The copies use `./action` and contain our actions, so that actionlint checks the inputs.
 */
function layOutForActionlint(files: readonly string[], folder: string): readonly string[] {
  // Needs the suffix: actionlint treats a folder as part of another if its name begins with the other's name.
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

/** @returns the linter's output, or '' if it found no mistake */
async function lint({ program, args }: Linter, files: readonly string[], cwd = root): Promise<string> {
  try {
    await run(join(root, program), [...args, ...files], { cwd });
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}${stderr}` || String(error);
  }
}

/** Lists the files that are tracked or not ignored by git. */
function listFiles(): string[] {
  const options = { cwd: root, encoding: 'utf8' } as const;
  return execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], options).split('\n');
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lint-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('actionlint checks the inputs of our actions', async () => {
  const path = '.github/workflows/tox-on-ec2.yml';
  const laidOut = layOutForActionlint([path], mkdtempSync(join(folder, 'laid-out-')))[0]!;
  writeFileSync(laidOut, readFileSync(laidOut, 'utf8').replaceAll('tox-env: ${{', 'tox-environment: ${{'));
  expect(await lint(linters['actionlint']!, [laidOut])).toMatch(
    /input "tox-environment" is not defined in action "Run tox"/,
  );
});

describe.each(Object.entries(linters))('%s', (_, linter) => {
  test(
    'finds no mistake in our files',
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
