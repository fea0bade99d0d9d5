import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A shorter text is not replaced in files: it is in any file. GitHub itself masks it in its logs. */
const SHORTEST = 4;

/**
 * The texts that a line of output tells GitHub to mask: what `::add-mask::` or `##[add-mask]` has, and each of its lines.
 * Source: ActionCommand and AddMaskCommandExtension in actions/runner.
 */
export function readMask(line: string): readonly string[] {
  const text = readData(line)?.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
  if (text === undefined) return [];
  return [...new Set([text, ...text.split(/[\r\n]+/)])].filter((one) => one.trim().length >= SHORTEST);
}

/** Whether GitHub takes the line for a command that masks. */
export function isMask(line: string): boolean {
  return readData(line) !== undefined;
}

function readData(line: string): string | undefined {
  if (!/add-mask/i.test(line)) return undefined;
  const [, current] = /^\s*::add-mask(?: [^:]*)?::(.*)$/is.exec(line) ?? [];
  const [, old] = /##\[add-mask(?: [^\]]*)?\](.*)$/is.exec(line) ?? [];
  return current ?? old?.replaceAll('%3B', ';').replaceAll('%5D', ']');
}

/**
 * The texts that programs of a step have masked, in a file that only this user can read: the post step needs them if the
 * main step was killed.
 */
export interface MaskFile {
  add(text: string): void;
}

/** Begins the file anew. @throws Error if it cannot be written */
export function createMaskFile(path: string): MaskFile {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '', { mode: 0o600 });
  return {
    add: (text) => {
      try {
        appendFileSync(path, `${JSON.stringify(text)}\n`);
      } catch {
        // The disk is full. Without the file, the post step knows that it does not know all of them.
        rmSync(path, { force: true });
      }
    },
  };
}

/** `undefined`: the file is gone, so the texts are not known. */
export function readMaskFile(path: string): readonly string[] | undefined {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    // The process may have been killed while it wrote the last line.
    return lines.slice(0, -1).map((line) => JSON.parse(line) as string);
  } catch {
    return undefined;
  }
}

export function removeMaskFile(path: string): void {
  rmSync(path, { force: true });
}
