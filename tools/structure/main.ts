/** `npm run lab -- structure`: the structure of the code in figures. See `--help`. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Sources } from './graph.js';
import { isMeasured, measure } from './measure.js';
import { renderMeasures } from './render.js';

const HELP = `npm run lab -- structure [options]

Measures the sources of this repository, without tests, printed files and documents: rooms, files, lines, circles of
imports (types included), floors (the longest chain of imports), functions over 40 lines, and the places that name one
example of each thing that is added often.

  --revision NAME  measure a commit, tag or branch instead of the files of the working tree
  --paths          also list the files that name each example
`;

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
}

/** Without a revision: the files of the working tree, committed or not. */
function readSources(revision: string | undefined): Sources {
  const listed =
    revision === undefined
      ? git('ls-files', '--cached', '--others', '--exclude-standard')
      : git('ls-tree', '-r', '--name-only', '--full-tree', revision);
  const read = (path: string) =>
    revision === undefined ? readFileSync(path, 'utf8') : git('show', `${revision}:${path}`);
  const paths = [...new Set(listed.split('\n'))].filter(isMeasured);
  return Object.fromEntries(paths.map((path) => [path, read(path)]));
}

const { values } = parseArgs({
  options: { revision: { type: 'string' }, paths: { type: 'boolean', default: false }, help: { type: 'boolean' } },
});
console.log(values.help ? HELP : renderMeasures(measure(readSources(values.revision)), { paths: values.paths }));
