/** The texts of a start's inputs, without the empty ones. */
export type Texts = Readonly<Record<string, string>>;

/** What becomes of an input that only other actions have. */
export interface Outcome {
  /** Inputs of this suite. They replace what is given under the same names. */
  readonly inputs?: Texts;
  /** What the log says; completes "`name` …". */
  readonly note?: string;
  /** Each completes "`name` …". */
  readonly problems?: readonly string[];
}

export interface ForeignInput {
  /** For the tables in the documentation. */
  readonly here: string;
  apply(text: string, all: Texts): Outcome;
}

/** Whether a value is quoted in a sentence. */
export const isShort = (text: string): boolean => text.length <= 80 && !text.includes('\n');

/** The same input under another name. */
export const same = (target: string): ForeignInput => ({
  here: `The same as \`${target}\`.`,
  apply: (text, all) =>
    all[target] === undefined
      ? { inputs: { [target]: text } }
      : { note: `is ignored: \`${target}\` is given as well.` },
});

/** @param silent values that mean what happens here anyway */
export const ignored = (why: string, ...silent: readonly string[]): ForeignInput => ({
  here: `Ignored: ${why}.`,
  apply: (text) => (silent.includes(text) ? {} : { note: `is ignored: ${why}.` }),
});

/**
 * @param write what to write instead; `…` stands for the given value
 * @param silent values that mean what happens here anyway
 */
export const refused = (write: string, ...silent: readonly string[]): ForeignInput => ({
  here: `Refused: ${write}.`,
  apply: (text) =>
    silent.includes(text)
      ? {}
      : { problems: [`is not an input here: ${isShort(text) ? write.replace('…', () => text) : write}.`] },
});
export const write = (target: string): ForeignInput => refused(`write \`${target}: …\``);

/** An input whose value decides. */
export const translated = (here: string, apply: ForeignInput['apply']): ForeignInput => ({ here, apply });
