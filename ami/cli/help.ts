import { renderUsage } from '../../src/terminal/help.js';
import type { Command } from './command.js';

/** Text for `npm run ami -- --help`. */
export function describeCommands(commands: Readonly<Record<string, Command>>): string {
  return [
    'npm run ami -- COMMAND [options]',
    '',
    'Makes and manages the runner images. AWS credentials and region are found as the AWS CLI finds them. Exit code: 0,',
    '1 if the command failed, 2 for wrong arguments.',
    '',
    ...Object.values(commands).flatMap((command) => [`  ${renderUsage(command)}`, `      ${command.summary}`]),
    '',
    'npm run ami -- COMMAND --help has the details.',
  ].join('\n');
}
