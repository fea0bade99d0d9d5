import type { Command } from '../../src/commands/command.js';
import { code, markdown, table } from '../../src/core/kernel/markdown.js';
import { renderUsage } from '../../src/terminal/help.js';
import { fill } from './fill.js';

/** Puts the table of the `npm run ami` commands between the markers of ami/README.md. @throws if a marker is missing */
export function fillCommands(readme: string, commands: Readonly<Record<string, Command>>): string {
  const rows = Object.values(commands).map((command) => [code(renderUsage(command)), markdown(command.summary)]);
  return fill(readme, 'commands', table(['Command', 'What it does'], rows));
}
