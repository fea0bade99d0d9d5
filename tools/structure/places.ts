import type { Sources } from './graph.js';

/** Something that was added once, and the names it has in the code. */
export interface Exemplar {
  readonly kind: string;
  readonly name: string;
  readonly words: RegExp;
}

/** One typical example of each kind of thing that is added again and again. */
export const EXEMPLARS: readonly Exemplar[] = [
  { kind: 'an input', name: 'idle-timeout-minutes', words: /['"`]idle-timeout-minutes\b|\bidleTimeoutMs\b/ },
  { kind: 'a secret', name: 'app-private-key', words: /['"`]app-private-key\b|\bprivateKey\b/ },
  { kind: 'an environment', name: 's2search', words: /\bs2search\b/ },
  { kind: 'an error code', name: 'instance-died', words: /['"`]instance-died\b/ },
  { kind: 'an action', name: 'report-tests', words: /\breport-tests\b|\brunReportTests\b/ },
  { kind: 'an EC2 call', name: 'DescribeVolumes', words: /\bDescribeVolumes\w*|\bfindVolumes\b/ },
];

export interface Places {
  readonly exemplar: Exemplar;
  readonly lines: number;
  /** The files that name it, each once. */
  readonly paths: readonly string[];
}

/** Finds the files and lines that name an exemplar: adding the next one touches as many places. */
export function findPlaces(exemplar: Exemplar, sources: Sources): Places {
  const found = Object.entries(sources)
    .map(([path, text]) => ({ path, lines: text.split('\n').filter((line) => exemplar.words.test(line)).length }))
    .filter(({ lines }) => lines > 0);
  return {
    exemplar,
    lines: found.reduce((sum, { lines }) => sum + lines, 0),
    paths: found.map(({ path }) => path),
  };
}
