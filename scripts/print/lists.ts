import type { Action } from '../../actions/index.js';
import { fill, fillLines } from './fill.js';
import { renderTable } from './tables.js';

/** Puts the table of actions into README.md. @throws Error when a marker is missing */
export function fillActionList(readme: string, actions: readonly Action[]): string {
  const rows = actions.map(({ name, definition }) => [`[${name}](${name}/README.md)`, definition.action.description]);
  return fill(readme, 'actions', renderTable(['Action', 'Description'], rows));
}

/** Marks the printed files in .gitattributes: GitHub folds them in diffs. `dist/` has no text diff either. */
export function fillGitAttributes(text: string, printed: readonly string[]): string {
  const lines = printed.map((path) => `${path} linguist-generated`);
  return fillLines(text, 'printed files', ['dist/** linguist-generated -diff -text', ...lines]);
}

/** Lists in .prettierignore what is printed in a form of its own. */
export function fillPrettierIgnore(text: string, printed: readonly string[]): string {
  return fillLines(text, 'printed files', ['dist/', ...printed]);
}
