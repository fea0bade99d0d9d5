import { nameOf, UNNAMED, type PastRun } from './entry.js';
import { parseRun } from './parse-run.js';

/** Which runs are read. */
export interface Wanted {
  /** The newest so many. */
  readonly runs: number;
  /** Only runs of this branch. */
  readonly branch?: string;
  /** Not those of this workflow run: its earlier attempts and jobs. */
  readonly exceptRun?: string;
  /** Only runs of this name. */
  readonly name?: string;
  /** Only runs on machines of this type. */
  readonly machineType?: string;
}

export interface History {
  /** Oldest first. Lines of one id are one run. */
  readonly runs: readonly PastRun[];
  /** How many lines were left out because they are no lines of a history. */
  readonly damaged: number;
  /** How many lines were left out because a later version of this program wrote them. */
  readonly newer: number;
  /** Whether the last line was cut off. It is left out as well. */
  readonly isCutOff: boolean;
}

const LINE_END = 10;
/** In every line that is one. */
const SCHEMA_KEY = Buffer.from('"schema"');

/**
 * Reads the newest runs from the end of a history, so that the time depends on what is wanted, and not on the length of
 * the history. Lines before those are neither read nor checked.
 */
export function readHistory(bytes: Uint8Array, wanted: Wanted): History {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const runs = new Map<string, PastRun>();
  const counts = { damaged: 0, newer: 0 };
  // Comparing bytes is faster than parsing, and most lines of a long history are of other branches.
  const name = wanted.name === UNNAMED ? undefined : wanted.name;
  const marks = [wanted.branch, name, wanted.machineType].filter((one) => one !== undefined).map(toMark);
  let isCutOff = false;
  for (const { line, isLast } of linesFromEnd(text)) {
    if (marks.some((mark) => !line.includes(mark)) && !isLast) {
      if (!line.includes(SCHEMA_KEY)) counts.damaged += 1;
      continue;
    }
    const run = parseRun(line.toString());
    if (run === 'damaged' && isLast) isCutOff = true;
    else if (typeof run === 'string') counts[run] += 1;
    else if (isWanted(run, wanted)) {
      if (!runs.has(run.id) && runs.size === wanted.runs) break;
      runs.set(run.id, join(run, runs.get(run.id)));
    }
  }
  return { runs: [...runs.values()].toReversed().sort((one, other) => one.at - other.at), ...counts, isCutOff };
}

/** The lines that are not blank, the last one first. `isLast`: the last line, if it has no end. */
export function* linesFromEnd(text: Buffer): Generator<{ readonly line: Buffer; readonly isLast: boolean }> {
  for (let end = text.length; end > 0;) {
    const before = text.lastIndexOf(LINE_END, end - 1);
    const line = text.subarray(before + 1, end);
    if (line.length > 1) yield { line, isLast: end === text.length };
    end = before < 0 ? 0 : before;
  }
}

/** The number of lines that are not blank. */
export function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (const _ of linesFromEnd(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))) count += 1;
  return count;
}

/** Whether a file is a history: its first line is one of a history, of this or a later version. */
export function isHistory(bytes: Uint8Array): boolean {
  const end = bytes.indexOf(LINE_END);
  return parseRun(Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end)).toString()) !== 'damaged';
}

/** A text as it stands in a line. */
function toMark(text: string): Buffer {
  return Buffer.from(JSON.stringify(text));
}

function isWanted(run: PastRun, wanted: Wanted): boolean {
  const { branch, machine } = run;
  if (wanted.branch !== undefined && branch !== wanted.branch) return false;
  if (wanted.name !== undefined && nameOf(run) !== wanted.name) return false;
  if (wanted.exceptRun !== undefined && run.id.startsWith(`${wanted.exceptRun}-`)) return false;
  return wanted.machineType === undefined || machine.type === wanted.machineType;
}

/** @param later of the same run, whose figures count where both have them */
function join(run: PastRun, later: PastRun | undefined): PastRun {
  return later ? { ...later, figures: new Map([...run.figures, ...later.figures]) } : run;
}
