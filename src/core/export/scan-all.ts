import * as advice from '../kernel/export-advice.js';
import { Failure } from '../kernel/failure.js';
import { plural } from '../kernel/plural.js';
import type { ArtifactFile, ArtifactFolder } from '../ports/artifacts.js';
import type { Buffers } from './buffers.js';
import type { ScannedFile } from './parts.js';
import { MOST_LISTED, type Problems } from './problems.js';
import { scanFile } from './scan.js';
import { Searcher, type Find } from './search.js';
import { listPatterns, type Secret } from './secret-forms.js';
import { sideBySide } from './side-by-side.js';

/** How many files are read or sent at once. */
export const FILES_AT_ONCE = 8;

interface Scanning {
  readonly secrets: readonly Secret[];
  /** The key of a path. */
  readonly keyOf: (path: string) => string;
  readonly folder: ArtifactFolder;
  readonly buffers: Buffers;
  readonly problems: Problems;
  readonly signal: AbortSignal | undefined;
}

export interface Scanned {
  /** Without the files that have a problem. */
  readonly scanned: readonly ScannedFile[];
  /** Compressed files of which only the beginning was unpacked and searched. */
  readonly partly: readonly string[];
  /** Files to which a program still writes: only what was there in the beginning was searched. */
  readonly growing: readonly string[];
}

/** Reads all files and their names. @throws Failure `secret-in-artifacts` if one has a secret */
export async function scanAll(files: readonly ArtifactFile[], scanning: Scanning): Promise<Scanned> {
  const { secrets, keyOf, folder, buffers, problems, signal } = scanning;
  const searcher = new Searcher(listPatterns(secrets).patterns);
  const partly: string[] = [];
  const growing: string[] = [];
  const scanned = new Map<number, ScannedFile>();
  const finds = new Map<string, Find>();
  await sideBySide(files, FILES_AT_ONCE, async (file, index) => {
    signal?.throwIfAborted();
    const inName = searcher.start().next(Buffer.from(file.path));
    // The name itself is not quoted.
    if (inName) return void finds.set(`the name of file ${index + 1} of the folder`, inName);
    await problems.note(file, async () => {
      const { parts, find, isPartly, isGrowing } = await scanFile(file, { folder, searcher, buffers });
      if (find) finds.set(file.path, find);
      if (isPartly) partly.push(file.path);
      if (isGrowing) growing.push(file.path);
      scanned.set(index, { ...file, key: keyOf(file.path), parts });
    });
  });
  if (finds.size > 0) throw toFailure(finds, folder.path);
  const inOrder = [...scanned].toSorted(([a], [b]) => a - b).map(([, file]) => file);
  return { scanned: inOrder, partly: partly.toSorted(), growing: growing.toSorted() };
}

function toFailure(finds: ReadonlyMap<string, Find>, folder: string): Failure {
  const lines = [...finds].map(([path, find]) => `${path} (${describe(find)})`);
  const what = `${plural(finds.size, 'file')} in ${folder} ${finds.size === 1 ? 'has' : 'have'} a secret of this run`;
  const listed = lines.toSorted().slice(0, MOST_LISTED);
  return new Failure('secret-in-artifacts', `${what}: ${listed[0]}. Nothing was uploaded.`, {
    hint: advice.REMOVE_SECRETS,
    details: listed,
  });
}

/** `\`secret-env\`: TOKEN, in base64, at byte 12 of its unpacked content`. Never the secret itself. */
function describe({ pattern, position, isPacked }: Find): string {
  return `${pattern.name}, ${pattern.form}, at byte ${position}${isPacked ? ' of its unpacked content' : ''}`;
}
