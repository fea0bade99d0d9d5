import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A file of the checkout. @returns `undefined` if nothing is checked out, or there is no such file */
export function readWorkspaceFile(workspace: string, path: string): string | undefined {
  const file = join(workspace, path);
  const isCheckedOut = existsSync(join(workspace, '.git'));
  return isCheckedOut && statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, 'utf8') : undefined;
}
