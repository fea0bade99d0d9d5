/**
 * Strings, comments, joined lines, ends of lines, brackets, and the text between them. A bracket or a `def` within a string
 * or a comment is none.
 */
const TOKENS =
  /"""(?:\\[^]|[^"\\]|"(?!""))*"""|'''(?:\\[^]|[^'\\]|'(?!''))*'''|"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'|#[^\n]*|\\\n|[^"'#\\\n()[\]{}]+|[^]/g;
/** What begins a line of its own also after a bracket that is not closed, as in a program with a syntax error. */
const BEGINNING = /(?:async\s+def|def|class)\s|@\w/y;

/** A line of Python, with the lines that brackets and backslashes join to it, without comments. */
export interface PythonLine {
  /** Whether it begins with blanks. */
  readonly isIndented: boolean;
  /** Without the blanks around it; never empty. */
  readonly text: string;
}

/** @param program with any ends of lines */
export function splitLines(program: string): readonly PythonLine[] {
  const text = program.replace(/\r\n?/g, '\n');
  const lines: string[] = [''];
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token === '\n' && (depth <= 0 || beginsLine(text, index + 1))) {
      depth = 0;
      lines.push('');
    } else if (!token.startsWith('#')) {
      depth += changeOf(token);
      lines[lines.length - 1] += token === '\\\n' || token === '\n' ? ' ' : token;
    }
  }
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => ({ isIndented: /^\s/.test(line), text: line.trim() }));
}

/**
 * The parameters of a function, or the arguments of a call.
 *
 * @param text a line of Python that ends with the line of the bracket, or goes on after it
 * @param from the place after the opening bracket
 * @returns each without what is in brackets within it: `a=` for `a=(1, 2)`
 */
export function splitArguments(text: string, from: number): readonly string[] {
  const parts = [''];
  let depth = 0;
  for (const [token] of text.slice(from).matchAll(TOKENS)) {
    depth += changeOf(token);
    if (depth < 0) break;
    if (depth > 0 || /^[)\]}]$/.test(token)) continue;
    const [first, ...more] = /^["']/.test(token) ? [token] : token.split(',');
    parts[parts.length - 1] += first!;
    parts.push(...more);
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function beginsLine(text: string, at: number): boolean {
  BEGINNING.lastIndex = at;
  return BEGINNING.test(text);
}

function changeOf(token: string): number {
  if (token.length !== 1) return 0;
  if ('([{'.includes(token)) return 1;
  return ')]}'.includes(token) ? -1 : 0;
}
