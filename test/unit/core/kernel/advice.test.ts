import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import * as advice from '../../../../src/core/kernel/advice.js';
import * as composeAdvice from '../../../../src/core/kernel/compose-advice.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const LONGEST_REPEATED_WORDS = 8;

function readSources(): string[] {
  return ['src', 'actions'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(root, folder, name), 'utf8')),
  );
}

/** The texts of all string literals; a template's fillings split it. */
function listLiterals(source: string): string[] {
  const code = source.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
  const literals = code.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g);
  return [...literals].flatMap(([, single, double, template]) =>
    (single ?? double ?? template ?? '').split(/\$\{.*?\}/),
  );
}

/** The whole sentences of a text that are longer than what may be repeated. */
function listSentences(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+/)
    .filter((sentence) => /[.!?]$/.test(sentence) && sentence.split(/\s+/).length > LONGEST_REPEATED_WORDS);
}

/** The sentences of more than eight words that stand in more than one literal. */
function findRepeated(sources: readonly string[]): string[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const sentence of sources.flatMap(listLiterals).flatMap(listSentences)) {
    if (seen.has(sentence)) repeated.add(sentence);
    seen.add(sentence);
  }
  return [...repeated];
}

describe('Advice', () => {
  const sources = readSources();

  test('is written once: no sentence of more than eight words stands in two literals', () => {
    expect(findRepeated(sources)).toEqual([]);
  });

  test.each(Object.keys(advice))('%s is given in more than one place', (name) => {
    const uses = sources.flatMap((text) => text.match(new RegExp(`\\badvice\\.${name}\\b`, 'g')) ?? []);
    expect(uses.length).toBeGreaterThan(1);
  });

  test.each(Object.keys(composeAdvice))('on Compose, %s is given in more than one place', (name) => {
    const uses = sources.filter((text) => new RegExp(`(?<!export const )\\b${name}\\b`).test(text));
    expect(uses.length).toBeGreaterThan(1);
  });

  test('that is written twice is noticed', () => {
    const sentence = 'Check that the token may read this and run the job again.';
    expect(findRepeated([`a('${sentence}')`, `b("First. ${sentence}")`])).toEqual([sentence]);
    expect(findRepeated([`a('${sentence}')`, `/** ${sentence} */`])).toEqual([]);
  });
});
