import { fileURLToPath } from 'node:url';
import { runCommandLine } from '../src/terminal/command-line.js';
import { flag, text, value } from '../src/terminal/options.js';
import { UsageError } from '../src/terminal/usage-error.js';
import { Checkout, TAKE_BACK, wordsOf } from './checkout.js';
import { readRepositoryName } from './print/repository-name.js';
import { readUnreleased } from './release/changelog.js';
import { findProblems, releaseBranch } from './release/check.js';
import { findPrevious, prepareRelease } from './release/prepare.js';
import { versionKind } from './release/version.js';

const checkout = new Checkout(fileURLToPath(new URL('..', import.meta.url)));
const DATE_LENGTH = 'yyyy-mm-dd'.length;

const commandLine = {
  command: 'npm run release --',
  description:
    'Prepares a release: sets the version, gives what is unreleased in CHANGELOG.md a section of its own, prints, ' +
    'commits and tags. Everything is checked first, and nothing is pushed: the push of the tag publishes. See ' +
    'docs/publishing.md. Exit codes: 0 done, 1 failed and nothing changed, 2 wrong arguments or not possible now.',
  options: {
    branch: value('The branch to release from. Default: the default branch.', text('NAME')),
    'dry-run': flag('Check everything, and show the notes of the release. Change nothing.'),
  },
  positionals: { description: 'The new version.', kind: versionKind, least: 1, most: 1 },
};

process.exitCode = await runCommandLine(commandLine, process.argv.slice(2), async ({ values, positionals }) => {
  const version = positionals[0]!;
  const repository = readRepositoryName(checkout.read('package.json'));
  const problems = findProblems(checkout, { version, repository, branch: values.branch });
  if (problems.length > 0) throw new UsageError(problems, 'Nothing was done.', 'All of this is in the way.');
  const tag = `v${version.text}`;
  const branch = releaseBranch(checkout, values.branch);
  if (values['dry-run']) {
    console.log(
      [
        `Would set the version ${version.text}, print, commit "Release ${version.text}" on ${branch} and tag it ${tag}.`,
        `Notes of the release:\n\n${readUnreleased(checkout.read('CHANGELOG.md'))}`,
      ].join('\n'),
    );
    return 0;
  }
  console.log(`Sets the version ${version.text} and prints, which takes half a minute.`);
  try {
    const date = new Date().toISOString().slice(0, DATE_LENGTH);
    await prepareRelease(checkout, { version: version.text, date, repository, previous: findPrevious(checkout) });
  } catch (error) {
    console.error(wordsOf(error));
    const changed = checkout.listChanges().length > 0;
    console.error(
      changed ? `To take the changes back: ${TAKE_BACK}` : 'The release was not made. Nothing was changed.',
    );
    return 1;
  }
  console.log(
    [
      `Committed "Release ${version.text}" on ${branch}, with the tag ${tag}. Look at it: git show ${tag}`,
      `To publish: git push --atomic origin ${branch} ${tag}`,
      `To take it back instead: git tag --delete ${tag} && git reset --hard HEAD~1`,
    ].join('\n'),
  );
  return 0;
});
