import { existsSync } from 'node:fs';
import { changeHistory } from '../src/core/history/append.js';
import { mergeHistories } from '../src/core/history/merge.js';
import { countLines } from '../src/core/history/read-history.js';
import { FORMATS, type FormatName } from '../src/core/figures/formats.js';
import { plural } from '../src/core/kernel/plural.js';
import { defineCommand } from '../src/commands/command.js';
import { flag, oneOf, required, text, value, withDefault, type Kind } from '../src/terminal/options.js';
import { openPlace, tools } from './open.js';
import { readLines } from './read-runs.js';
import { address, repository, time } from './values.js';

const path: Kind<string> = {
  placeholder: 'PATH',
  allowed: 'a file or a folder that exists',
  parse: (given) => (existsSync(given) ? given : undefined),
};
const line = { matches: /^\S.{0,99}$/, allowed: 'one line of up to 100 characters' };

export default defineCommand({
  command: 'npm run history -- import',
  summary: 'adds earlier results, or the runs of another history, to a history',
  description:
    'Each file is a run: a result of the Benchmark Platform Controller, or a file of any format of\n' +
    'docs/result-formats.md. In a folder, each file and each folder is a run, and what is no result is\n' +
    'left out. Another history keeps its lines. Lines that the history has already are not added again.',
  options: {
    to: required(value('The history. It is created if there is none.', address)),
    name: withDefault(value('What was measured: the input `name` of judge-results.', text('NAME', line)), 'benchmark'),
    branch: withDefault(value('The branch that was measured.', text('BRANCH', line)), 'main'),
    commit: value('The commit that was measured.', text('SHA', { matches: /^[0-9a-f]{7,64}$/, allowed: 'a commit' })),
    tag: value('The version tag that was measured.', text('TAG', line)),
    machine: value('The type of the machine that measured, such as m7g.xlarge.', text('TYPE', line)),
    at: value('When it was measured. Default: the date in the path, or when the file was written.', time),
    format: value('The format of all files. Default: by their content.', oneOf(Object.keys(FORMATS), 'FORMAT')),
    repository,
    'dry-run': flag('Print what would be added; add nothing.'),
  },
  positionals: { description: 'Files or folders with results, or other histories.', kind: path, least: 1, most: 1000 },
  async run({ values, positionals }, log) {
    const { name, branch, commit = '', tag, at, machine: type, format } = values;
    const machine = type === undefined ? {} : { type };
    const facts = { name, branch, commit, tag, at, machine, format: format as FormatName | undefined };
    const lines = await readLines(positionals, facts, log);
    const place = await openPlace(values.to, { repository: values.repository, log });
    let added = 0;
    const merge = (bytes: Uint8Array): Uint8Array => {
      const merged = mergeHistories(bytes, lines);
      added = countLines(merged) - countLines(bytes);
      return added === 0 || values['dry-run'] ? bytes : merged;
    };
    await changeHistory(place, merge, tools);
    const already = countLines(lines) - added;
    log.info(`${plural(added, 'run')} added to ${place.name}; ${already} were there already.`);
    if (values['dry-run']) log.info('A dry run: nothing was added.');
    return 0;
  },
});
