import { hider } from './hide.js';
import { readMask } from './masks.js';

/** The secrets of the inputs, and the values that programs have masked so far by `::add-mask::`. */
export class PhaseMasks {
  private readonly texts: Set<string>;
  private hideAll: (text: string) => string;

  /** @param onMask called with each text that a program masks */
  constructor(
    secrets: readonly string[],
    private readonly onMask: (text: string) => void = () => undefined,
  ) {
    this.texts = new Set(secrets);
    this.hideAll = hider(secrets);
  }

  /** Replaces all of them in a text. */
  hide(text: string): string {
    return this.hideAll(text);
  }

  /** Notes what the line masks, if it is such a command. */
  note(line: string): void {
    const added = readMask(line).filter((text) => !this.texts.has(text));
    if (added.length === 0) return;
    for (const text of added) {
      this.texts.add(text);
      this.onMask(text);
    }
    this.hideAll = hider([...this.texts]);
  }
}
