import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Value } from '../../../src/core/config/value.js';

/** A configuration with arguments and overrides, and what the original program made of them. */
export interface PresetsCase {
  readonly id: string;
  readonly suite: 'topsail-presets';
  readonly input: {
    readonly config?: string;
    readonly config_text?: string;
    readonly overrides: Readonly<Record<string, Value>>;
  };
  readonly expected:
    | { readonly ok: false; readonly error: string; readonly message?: string }
    | {
        readonly ok: true;
        readonly names: readonly string[] | null;
        readonly presets_applied: readonly string[];
        readonly get: Readonly<Record<string, unknown>>;
        readonly config: unknown;
        readonly skipped?: string;
      };
}

/** A pull request with its comments, and the overrides that the original script wrote. */
export interface CommentCase {
  readonly id: string;
  readonly suite: 'topsail-prargs';
  readonly input: {
    readonly test_name: string;
    readonly pull_request: { readonly body: string | null; readonly user: string };
    readonly comments: readonly { readonly body: string; readonly user: string; readonly association: string }[];
  };
  readonly expected: { readonly rc: number; readonly parsed?: Readonly<Record<string, unknown>> };
  readonly original_defect?: string;
}

const folder = ['../../../../shared', '../../../../../shared']
  .map((shared) => fileURLToPath(new URL(`${shared}/cases/topsail/`, import.meta.url)))
  .find((path) => existsSync(path));

export function readText(name: string): string {
  return readFileSync(`${folder}${name}`, 'utf8');
}

/** The collected cases beside this checkout; empty in a user's clone. */
export function readCases(): readonly (PresetsCase | CommentCase)[] {
  return folder === undefined ? [] : (JSON.parse(readText('cases.json')) as readonly (PresetsCase | CommentCase)[]);
}
