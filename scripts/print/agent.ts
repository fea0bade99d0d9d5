/** Where the printed agent goes, and the program for data volumes. The parts of each are in the folder of its name. */
export const AGENT = 'ami/boot/agent.sh';
export const DATA_VOLUME = 'ami/boot/data-volume.sh';

/** main.sh reads a part; the line above it names the part for shellcheck. */
const SOURCE_LINES = /^# shellcheck source-path=SCRIPTDIR source=([a-z-]+\.sh)\nsource .*\n/gm;

/**
 * Joins the parts of a program to one file: each takes the place of the line in main.sh that reads it.
 *
 * @param read reads a file of this repository
 */
export function joinParts(program: string, read: (path: string) => string): string {
  const folder = program.replace(/\.sh$/, '');
  const header = `# Printed by \`npm run print\` from ${folder}/: change the parts there.`;
  const main = read(`${folder}/main.sh`).replace(/^(#!.*)\n/, `$1\n${header}\n`);
  return main.replace(SOURCE_LINES, (_, name: string) => markOptional(read(`${folder}/${name}`)));
}

/** Marks a part that only some payloads need, for `selectParts` in src/core/machine/boot-scripts.ts. */
function markOptional(part: string): string {
  const text = withoutHead(part);
  const need = /^# only with: (.+)$/m.exec(part)?.[1];
  return need === undefined ? text : `# {${need}\n${text}# }\n`;
}

/** The head of a part ends with its first blank line. Only its description is printed: the rest is for shellcheck. */
function withoutHead(part: string): string {
  const end = part.indexOf('\n\n');
  const description = part
    .slice(0, end)
    .split('\n')
    .filter((line) => /^# (?!shellcheck|only with)/.test(line));
  return `${description.join('\n')}${part.slice(end)}`;
}
