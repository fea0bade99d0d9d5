const END = '\n\n… The rest has no room here.\n';

/**
 * The beginning of a Markdown text of ours that has no more than so many characters. It ends between two lines, and what
 * is open there, a code block or a folded section, is closed.
 */
export function fitMarkdown(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const kept: string[] = [];
  let room = characters - END.length;
  let fence = '';
  let folds = 0;
  // What closes the text has to fit, too.
  const closing = (): string => `${fence === '' ? '' : `\n${fence}`}${'\n</details>'.repeat(folds)}`;
  for (const line of text.split('\n')) {
    const before = { fence, folds };
    const mark = /^`{3,}/.exec(line)?.[0] ?? '';
    if (fence !== '') fence = line === fence ? '' : fence;
    else if (mark !== '') fence = mark;
    else folds += line.split('<details>').length - line.split('</details>').length;
    if (line.length + 1 + closing().length > room) {
      ({ fence, folds } = before);
      break;
    }
    kept.push(line);
    room -= line.length + 1;
  }
  return `${kept.join('\n')}${closing()}${END}`;
}
