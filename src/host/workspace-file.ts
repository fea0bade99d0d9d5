import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of the checkout. @returns `undefined` if nothing is checked out, or there is no such file */
export function readWorkspaceFile(workspace: string, path: string): string | undefined {
  const file = join(workspace, path);
  return existsSync(join(workspace, '.git')) && existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
