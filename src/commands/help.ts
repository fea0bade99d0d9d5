import { renderUsage } from '../terminal/help.js';
import type { Program } from './command.js';

/** Text for `npm run ami -- --help`. */
export function describeProgram({ command, description, commands }: Program): string {
  return [
    `${command} COMMAND [options]`,
    '',
    ...description,
    '',
    ...Object.values(commands).flatMap((one) => [`  ${renderUsage(one)}`, `      ${one.summary}`]),
    '',
    `${command} COMMAND --help has the details.`,
  ].join('\n');
}
