import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export interface PrintedStep {
  readonly id?: string;
  readonly uses?: string;
  readonly 'timeout-minutes'?: string;
  readonly with?: Readonly<Record<string, string>>;
}

/** What the tests of a printed workflow read of it. */
export interface PrintedWorkflow {
  readonly on: Readonly<
    Record<
      'workflow_call' | 'workflow_dispatch',
      { inputs: Record<string, { default?: string | number | boolean }>; outputs?: object }
    >
  >;
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly PrintedStep[]; readonly permissions?: Readonly<Record<string, string>> }>
  >;
}

/** @param name of a file in .github/workflows */
export function readPrintedWorkflow(name: string): PrintedWorkflow {
  const path = fileURLToPath(new URL(`../../.github/workflows/${name}`, import.meta.url));
  return parse(readFileSync(path, 'utf8')) as PrintedWorkflow;
}
