import * as advice from '../kernel/export-advice.js';
import { Failure } from '../kernel/failure.js';
import type { ArtifactFile, ArtifactFolder } from '../ports/artifacts.js';
import { Buffers } from './buffers.js';
import { PART_BYTES } from './parts.js';
import { Problems } from './problems.js';
import { FILES_AT_ONCE, scanAll } from './scan-all.js';
import { listPatterns, type Secret } from './secret-forms.js';
import { measure, type Searched } from './searched.js';

const GROWING = 'it is still growing';

/**
 * Searches a folder that another program will upload as a whole. So every file must have been searched, and no link may
 * lead out of the folder: upload-artifact follows links.
 *
 * @throws Failure `secret-in-artifacts`, `export-incomplete`
 */
export async function searchFolder(
  secrets: readonly Secret[],
  { folder, signal }: { readonly folder: ArtifactFolder; readonly signal?: AbortSignal | undefined },
): Promise<Searched> {
  const { files, skipped, unreadable, outside } = await folder.list();
  const problems = new Problems(unreadable);
  const buffers = new Buffers(FILES_AT_ONCE * PART_BYTES);
  const { partly, growing } = await scanAll(files, {
    secrets,
    keyOf: (path) => path,
    folder,
    signal,
    buffers,
    problems,
  });
  for (const path of growing) problems.add(path, GROWING);
  const later = await folder.list();
  for (const path of [...outside, ...later.outside]) problems.add(path, 'a link out of the folder');
  addChanges(problems, files, later.files);
  const { lines, count } = problems.list();
  if (lines.length > 0) {
    const message = `${folder.path}: ${count} could not be searched for secrets, such as ${lines[0]}. Nothing may be uploaded.`;
    throw new Failure('export-incomplete', message, { hint: advice.END_WRITERS, details: lines });
  }
  return { ...measure(files), skipped, partly, growing, shortSecrets: listPatterns(secrets).short };
}

/** What a program wrote during the search, behind the place where a file was read. */
function addChanges(problems: Problems, before: readonly ArtifactFile[], after: readonly ArtifactFile[]): void {
  const sizes = new Map(before.map(({ path, size }) => [path, size]));
  for (const { path, size } of after) {
    const searched = sizes.get(path);
    if (searched === undefined) problems.add(path, 'it was not there when the search began');
    else if (size > searched) problems.add(path, GROWING);
  }
}
