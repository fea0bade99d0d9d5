import type { Fillings } from './template.js';

/** The text of each top-level key: below it, with its comments and without its indent, or beside it. */
export function readFragments(text: string): Fillings {
  const sections = text
    // A comment between two sections is for the reader of the file.
    .replace(/^#.*\n/gm, '')
    .split(/^(?=[\w-]+:)/m)
    .filter((section) => /^[\w-]+:/.test(section));
  return Object.fromEntries(
    sections.map((section) => {
      const [, name = '', beside = '', below = ''] = /^([\w-]+): *(.*)\n?([^]*)$/.exec(section)!;
      return [name, beside === '' ? below.replace(/^ {2}/gm, '') : beside];
    }),
  );
}
