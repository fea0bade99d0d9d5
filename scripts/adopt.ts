import { fileURLToPath } from 'node:url';
import { plural } from '../src/core/kernel/plural.js';
import { runCommandLine } from '../src/terminal/command-line.js';
import { flag } from '../src/terminal/options.js';
import { repositoryName } from './adopt/name.js';
import { findCopy, openToOwner, push, type Copy } from './adopt/publish.js';
import { planRenaming, rename, type Renaming, type Texts } from './adopt/rename.js';
import { Checkout, TAKE_BACK, wordsOf } from './checkout.js';
import { UsageError } from '../src/terminal/usage-error.js';

const checkout = new Checkout(fileURLToPath(new URL('..', import.meta.url)));
const PRINT = ['--import', 'tsx', 'scripts/print.ts'];
const FORMAT = ['node_modules/prettier/bin/prettier.cjs', '--write', '--ignore-unknown', '--log-level=warn'];

const commandLine = {
  command: 'npm run adopt --',
  description:
    'Makes a copy of ci-actions your own: writes its name into every `uses:` line of workflows, starters and documents, ' +
    'prints, and commits. Run it again after each merge from upstream. See docs/your-own-copy.md. ' +
    'Exit codes: 0 done or nothing to do, 1 failed (a commit or push that is reported stays), 2 wrong arguments or not ' +
    'possible now.',
  options: {
    publish: flag(
      "Also push the branch and the tag v1, and open a private copy to the owner's other repositories. " +
        'Needs gh, logged in or with a token in GH_TOKEN.',
    ),
    'dry-run': flag('Only list what would be changed, and what is in the way.'),
  },
  positionals: { description: 'Your copy on GitHub.', kind: repositoryName, least: 1, most: 1 },
};

/** The text of each file that git has, without the links. */
function readTexts(): Texts {
  const paths = checkout.git('ls-files', '-s').split('\n');
  const files = paths.flatMap((line) => /^100\d{3} \w+ 0\t([^"].*)$/.exec(line)?.[1] ?? []);
  return Object.fromEntries(files.map((path) => [path, checkout.read(path)]));
}

function listChanged(changed: Texts, before: Texts): string {
  return Object.entries(changed)
    .map(([path, text]) => {
      const old = before[path]!.split('\n');
      const lines = text.split('\n').filter((line) => !old.includes(line)).length;
      return `  ${path} (${lines} ${lines === 1 ? 'line' : 'lines'})`;
    })
    .join('\n');
}

function refuseUnlessReady(to: string, publish: boolean): void {
  const changes = checkout.listChanges();
  const problems = [
    ...(changes.length === 0
      ? []
      : [
          `There are changes that are not committed; allowed: none. Commit them, or take them back with \`git stash --include-untracked\`.\n${changes.join('\n')}`,
        ]),
    ...(publish && findCopy(checkout, to) === undefined
      ? [`No remote of this clone is ${to}. Add it: git remote add copy https://github.com/${to}.git`]
      : []),
    ...(publish && checkout.branch === undefined
      ? ['No branch is checked out, so there is none to push. Check one out: git switch main']
      : []),
  ];
  if (problems.length > 0) throw new UsageError(problems, 'Nothing was done.', 'All of this is in the way.');
}

async function commit(changed: Texts, { to, from }: Renaming): Promise<void> {
  console.log(
    `Writes ${to} into ${plural(Object.keys(changed).length, 'file')} and prints what follows from them, which takes half a minute.`,
  );
  await checkout.changeAndCommit(`Adopt ${to}`, async () => {
    for (const [path, text] of Object.entries(changed)) checkout.write(path, text);
    await checkout.node(...FORMAT, ...Object.keys(changed));
    await checkout.node(...PRINT);
  });
  console.log(`Committed "Adopt ${to}"${from === to ? '' : `: the copy was ${from} before`}.`);
}

function publishCopy(copy: Copy): void {
  console.log(push(checkout, copy, checkout.branch!));
  console.log(openToOwner(copy));
}

function sayWhatIsNext(to: string): void {
  console.log(
    [
      `\nNext: push, and open a private copy to the other repositories of ${to.split('/')[0]}:`,
      `  npm run adopt -- ${to} --publish`,
    ].join('\n'),
  );
}

process.exitCode = await runCommandLine(commandLine, process.argv.slice(2), async ({ values, positionals }) => {
  const to = positionals[0]!;
  const before = readTexts();
  const renaming = planRenaming(before['package.json']!, to);
  const changed = rename(before, renaming);
  const count = Object.keys(changed).length;
  if (values['dry-run']) {
    console.log(count === 0 ? `Everything names ${to} already.` : `Would change:\n${listChanged(changed, before)}`);
  }
  refuseUnlessReady(to, values.publish);
  if (values['dry-run']) return 0;
  try {
    if (count > 0) await commit(changed, renaming);
    else console.log(`Everything names ${to} already. Nothing was changed.`);
    if (values.publish) publishCopy(findCopy(checkout, to)!);
    else sayWhatIsNext(to);
    return 0;
  } catch (error) {
    console.error(wordsOf(error));
    if (checkout.listChanges().length > 0) console.error(`To take the changes back: ${TAKE_BACK}`);
    return 1;
  }
});
