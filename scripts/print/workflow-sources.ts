import { parse } from 'yaml';
import { builtInPresets } from '../../src/core/kernel/built-in-presets.js';
import { readEnvironments } from './environments.js';
import { readFragments } from './fragments.js';
import { readKind } from './kinds.js';
import { readRepositoryName } from './repository-name.js';
import type { Shared } from './workflow-inputs.js';
import type { Sources } from './workflows.js';

/** The files of this repository. */
export interface Files {
  /** The text of a file. */
  readonly read: (path: string) => string;
  /** The names of the files in a folder. */
  readonly list: (folder: string) => readonly string[];
}

const KINDS = 'workflows/kinds';

/** Reads the sources of the printed workflows. @throws Error that names the file with a problem */
export function readWorkflowSources({ read, list }: Files): Sources {
  const shared = parse(read('workflows/inputs.yml')) as Shared;
  const names = list(KINDS).map((file) => file.replace(/\.yml$/, ''));
  const kinds = names.toSorted().map((name) => [name, readKind(name, read(`${KINDS}/${name}.yml`), shared)] as const);
  return {
    repository: readRepositoryName(read('package.json')),
    kinds: Object.fromEntries(kinds) as Sources['kinds'],
    environments: readEnvironments(read('workflows/environments.yml'), builtInPresets),
    pins: readPins(read('workflows/pins.yml')),
    templates: {
      frame: read('workflows/templates/frame.yml'),
      'one-environment': read('workflows/templates/one-environment.yml'),
      'all-environments': read('workflows/templates/all-environments.yml'),
    },
    fragments: readFragments(read('workflows/templates/fragments.yml')),
  };
}

/** Reads lines of `name: action@commit # version`. The comment is part of the pin. */
function readPins(text: string): Record<string, string> {
  const pins = [...text.matchAll(/^([\w-]+): (\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/gm)].map(
    ([, name = '', pin = '']) => [name, pin] as const,
  );
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  if (pins.length !== lines.length) throw new Error('pins.yml: allowed: `name: owner/action@<commit> # v<version>`.');
  return Object.fromEntries(pins);
}
