import { readFileSync } from 'node:fs';
import { messageOf } from '../src/core/kernel/failure.js';
import { runCommandLine } from '../src/terminal/command-line.js';
import { oneOf, text, value } from '../src/terminal/options.js';
import { describeUnknown, MISUSED, misuse, reportMisuse } from '../src/terminal/usage-error.js';
import { checkFile } from './presets/check-file.js';

const commandLine = {
  command: 'npm run presets -- check',
  description:
    'Checks all presets of a file, used or not: names and keys that do not exist, presets that extend each other in a circle, ' +
    'and values that depend on the YAML parser. The file is a configuration with `ci_presets:`, or .github/ec2-runners.yml. ' +
    'Exit codes: 0 all presets can be used, 1 there are problems, 2 wrong arguments.',
  options: {
    yaml: value(
      'The YAML that the file is in: 1.1, as PyYAML reads it, or 1.2. By default, a value that the two read otherwise is a problem.',
      oneOf(['1.1', '1.2'], 'VERSION'),
    ),
  },
  positionals: { description: 'The files.', kind: text('FILE'), least: 1, most: 100 },
};

const [name, ...rest] = process.argv.slice(2);
if (name !== undefined && name !== 'check' && !name.startsWith('-')) {
  reportMisuse(misuse(commandLine, describeUnknown(name, 'a command', ['check'])));
  process.exitCode = MISUSED;
} else {
  process.exitCode = await runCommandLine(
    commandLine,
    name === 'check' ? rest : process.argv.slice(2),
    async ({ values, positionals }) => {
      let hasProblems = false;
      for (const path of positionals) hasProblems = check(path, values.yaml ?? 'both') || hasProblems;
      return hasProblems ? 1 : 0;
    },
  );
}

/** @returns whether there are problems */
function check(path: string, language: 'both' | '1.1' | '1.2'): boolean {
  try {
    const { lines, hasProblems } = checkFile(path, readFileSync(path, 'utf8'), language);
    for (const line of lines) console.log(line);
    return hasProblems;
  } catch (error) {
    console.log(`${path}: cannot be read: ${messageOf(error)}`);
    return true;
  }
}
