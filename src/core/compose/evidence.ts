import { plural } from '../kernel/plural.js';
import type { ComposeHost } from './host.js';
import type { PhaseEnd } from './phases.js';

/** When the files of `require-files` were changed, by path. */
export type FilesBefore = ReadonlyMap<string, number>;

/** Looks at the files before the session, because a file of an earlier run proves nothing. */
export async function lookBefore(patterns: readonly string[], host: ComposeHost): Promise<FilesBefore> {
  if (patterns.length === 0) return new Map();
  return new Map((await host.findFiles(patterns)).map(({ path, changedAt }) => [path, changedAt]));
}

/** Checks that the session wrote a file for each pattern of `require-files`. */
export async function requireFiles(
  patterns: readonly string[],
  before: FilesBefore,
  host: ComposeHost,
): Promise<PhaseEnd> {
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'));
  const excluded = patterns.filter((pattern) => pattern.startsWith('!'));
  const judged = await Promise.all(
    wanted.map(async (pattern) => {
      const files = await host.findFiles([pattern, ...excluded]);
      const fresh = files.filter(({ path, changedAt }) => before.get(path) !== changedAt);
      const written = fresh.filter(({ bytes }) => bytes > 0);
      return { pattern, files, fresh, written };
    }),
  );
  const reasons = judged
    .filter(({ written }) => written.length === 0)
    .map(({ pattern, files, fresh }) => {
      const [first] = fresh.length > 0 ? fresh : files;
      if (!first) return `The session wrote no file that matches ${pattern} (\`require-files\`).`;
      const why = fresh.length > 0 ? 'is empty' : 'existed before the session, which did not change it';
      return `\`require-files\` has ${pattern}, but ${first.path} ${why}.`;
    });
  if (reasons.length === 0) {
    const count = judged.reduce((sum, { written }) => sum + written.length, 0);
    return { detail: `The session wrote ${plural(count, 'required file')}.` };
  }
  return {
    problem: {
      verdict: 'fail',
      code: 'assertion-failed',
      phase: 'assert',
      exitCode: 1,
      reasons,
      hint: 'Find out in the output of the session why it wrote nothing there, or correct the paths, which are relative to `directory`.',
    },
  };
}
