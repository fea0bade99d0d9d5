import { hider } from './hide.js';

const ADD_MASK = /^\s*::add-mask::(.+)$/;
/** GitHub masks shorter values, too. In a file, each would hide parts of ordinary words. */
const SHORTEST = 4;

/** The secrets of the inputs, and the values that programs have masked so far by `::add-mask::`. */
export class PhaseMasks {
  private readonly texts: Set<string>;
  private hideAll: (text: string) => string;

  constructor(secrets: readonly string[]) {
    this.texts = new Set(secrets);
    this.hideAll = hider(secrets);
  }

  /** Replaces all of them in a text. */
  hide(text: string): string {
    return this.hideAll(text);
  }

  /** Notes the value if the line is such a command. Each line of a value is masked, as GitHub does. */
  note(line: string): void {
    const value = line.includes('::add-mask::') ? ADD_MASK.exec(line)?.[1] : undefined;
    if (value === undefined) return;
    const lines = unescape(value).split(/\r?\n/);
    const before = this.texts.size;
    for (const one of lines.map((text) => text.trim())) if (one.length >= SHORTEST) this.texts.add(one);
    if (this.texts.size > before) this.hideAll = hider([...this.texts]);
  }

  list(): readonly string[] {
    return [...this.texts];
  }
}

/** The data of a workflow command as the program meant it. */
function unescape(data: string): string {
  return data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}
