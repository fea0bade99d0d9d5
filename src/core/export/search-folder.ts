import * as advice from '../kernel/export-advice.js';
import { Failure } from '../kernel/failure.js';
import type { ArtifactFolder } from '../ports/artifacts.js';
import { Buffers } from './buffers.js';
import { PART_BYTES } from './parts.js';
import { Problems } from './problems.js';
import { FILES_AT_ONCE, scanAll } from './scan-all.js';
import { listPatterns, type Secret } from './secret-forms.js';
import { measure, type Searched } from './searched.js';

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
  const problems = new Problems([...unreadable, ...outside.map((path) => `${path} (a link out of the folder)`)]);
  const buffers = new Buffers(FILES_AT_ONCE * PART_BYTES);
  const { partly, growing } = await scanAll(files, {
    secrets,
    keyOf: (path) => path,
    folder,
    signal,
    buffers,
    problems,
  });
  for (const path of growing) problems.add(path, 'it is still growing');
  const { lines, count } = problems.list();
  if (lines.length > 0) {
    const message = `${folder.path}: ${count} could not be searched for secrets, such as ${lines[0]}. Nothing may be uploaded.`;
    throw new Failure('export-incomplete', message, { hint: advice.END_WRITERS, details: lines });
  }
  return { ...measure(files), skipped, partly, growing, shortSecrets: listPatterns(secrets).short };
}
