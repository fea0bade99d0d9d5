import type { Command } from '../../ami/cli/command.js';
import { renderUsage } from '../terminal/help.js';
import { fill, renderTable } from './tables.js';

/** Puts the table of the `npm run ami` commands between the markers of ami/README.md. @throws if a marker is missing */
export function fillCommands(readme: string, commands: Readonly<Record<string, Command>>): string {
  const rows = Object.values(commands).map((command) => [`\`${renderUsage(command)}\``, command.summary]);
  return fill(readme, 'commands', renderTable(['Command', 'What it does'], rows));
}
