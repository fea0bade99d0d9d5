import { BadValue, type InputDefinition } from '../inputs/inputs.js';

/** One of the two checkouts that are measured. */
export interface Side {
  /** The last part of its path: its name in titles, files and the verdict. */
  readonly label: string;
  /** Relative to the workspace. Without `./`, and without a slash at its end. */
  readonly path: string;
}

/** The base first. */
export type Sides = readonly [base: Side, head: Side];

const ALLOWED =
  'two folders of the workspace, the base first, such as `base,head`, each with a checkout of its own; the last part of each is letters, digits, `.`, `_` and `-`';
const LABEL = /^[A-Za-z0-9][\w.-]{0,99}$/;

/** An input with the two checkouts that are measured in turn. */
export function sides(description: string): InputDefinition<Sides | undefined> {
  return { takes: 'two folders', description, parse: parseSides };
}

/** @throws BadValue */
function parseSides(text: string): Sides {
  const given = text.split(/[\n,]/).map((one) => one.trim());
  const [base, head] = given.map(readSide);
  if (base === undefined || head === undefined || given.length > 2) throw new BadValue(ALLOWED);
  if (base.path === head.path) throw new BadValue(`${ALLOWED}. These two are one`);
  if (base.label === head.label)
    throw new BadValue(
      `${ALLOWED}. These two have the same last part: name the checkouts, and what is below them in \`directory\``,
    );
  for (const [one, other] of [[base, head] as const, [head, base] as const])
    if (one.path.startsWith(`${other.path}/`))
      throw new BadValue(`${ALLOWED}. One of these lies in the other, whose results would count for both`);
  return [base, head];
}

/** @throws BadValue */
function readSide(text: string): Side {
  const parts = text.split('/').filter((one) => one !== '' && one !== '.');
  const label = parts.at(-1) ?? '';
  if (text.startsWith('/') || parts.includes('..') || !LABEL.test(label)) throw new BadValue(ALLOWED, text);
  return { label, path: parts.join('/') };
}
