/** Where the printed agent goes, and the folder of its parts. */
export const AGENT = 'ami/boot/agent.sh';
const PARTS = 'ami/boot/agent';

const HEADER = `# Printed by \`npm run print\` from ${PARTS}/: change the parts there.`;
/** main.sh reads a part; the line above it names the part for shellcheck. */
const SOURCE_LINES = /^# shellcheck source-path=SCRIPTDIR source=([a-z-]+\.sh)\nsource .*\n/gm;

/**
 * Joins the parts of the boot agent to one file: each takes the place of the line in main.sh that reads it.
 *
 * @param read reads a file of this repository
 */
export function joinAgent(read: (path: string) => string): string {
  const main = read(`${PARTS}/main.sh`).replace(/^(#!.*)\n/, `$1\n${HEADER}\n`);
  return main.replace(SOURCE_LINES, (_, name: string) => markOptional(read(`${PARTS}/${name}`)));
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
