import { BadValue, type InputDefinition } from './inputs.js';

/** An input of words that are split as in a POSIX shell. Nothing is expanded. */
export function words(description: string): InputDefinition<readonly string[] | undefined> {
  return { takes: 'words, quoted as in a shell', description, parse: splitWords };
}

/** @throws BadValue if a quote is not closed, or nothing follows the last backslash */
export function splitWords(text: string): readonly string[] {
  const found: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === '\\' && quote !== "'") {
      const next = text[++at];
      if (next === undefined) throw new BadValue('words as in a shell; nothing follows the last backslash');
      // Between double quotes, a backslash is special only before these characters.
      if (next !== '\n') word = (word ?? '') + (quote === '"' && !'"\\$`'.includes(next) ? sign + next : next);
    } else if (quote !== '' ? sign === quote : sign === '"' || sign === "'") {
      quote = quote === '' ? sign : '';
      word ??= '';
    } else if (quote === '' && /\s/.test(sign)) {
      if (word !== undefined) found.push(word);
      word = undefined;
    } else word = (word ?? '') + sign;
  }
  if (quote !== '') throw new BadValue(`words as in a shell; the quote ${quote} is not closed`);
  return word === undefined ? found : [...found, word];
}
