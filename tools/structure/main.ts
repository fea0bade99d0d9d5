/** `npm run lab -- structure`: the structure of the code in figures. See `--help`. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readOrExit } from '../../src/terminal/command-line.js';
import { flag, text, value } from '../../src/terminal/options.js';
import type { Sources } from './graph.js';
import { isMeasured, measure } from './measure.js';
import { renderMeasures } from './render.js';

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

const { values } = readOrExit({
  command: 'npm run lab -- structure',
  description: `Measures the sources of this repository, without tests, printed files and documents: rooms, files, lines,
circles of imports (types included), floors (the longest chain of imports), functions over 40 lines, and the places that
name one example of each thing that is added often.`,
  options: {
    revision: value('A commit, tag or branch to measure. Default: the files of the working tree.', text('NAME')),
    paths: flag('Also list the files that name each example.'),
  },
});
console.log(renderMeasures(measure(readSources(values.revision)), { paths: values.paths }));
