import { builtInPresets } from '../../src/core/kernel/built-in-presets.js';
import { readEnvironments } from './environments.js';
import { readRepositoryName } from './repository-name.js';
import { readInterface } from './workflow-inputs.js';
import type { Sources } from './workflows.js';

/** Reads the sources of the printed workflows. @param read gives the text of a file of this repository */
export function readWorkflowSources(read: (path: string) => string): Sources {
  return {
    repository: readRepositoryName(read('package.json')),
    environments: readEnvironments(read('workflows/environments.yml'), builtInPresets),
    contract: readInterface(read('workflows/inputs.yml')),
    pins: readPins(read('workflows/pins.yml')),
    templates: {
      'tox-on-ec2': read('workflows/templates/tox-on-ec2.yml'),
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

/** The text below each top-level key, with its comments. */
function readFragments(text: string): Record<string, string> {
  const sections = text.split(/^(?=[\w-]+:$)/m).slice(1);
  return Object.fromEntries(
    sections.map((section) => {
      const [head = '', ...body] = section.split('\n');
      return [head.slice(0, -1), body.join('\n').replace(/^ {2}/gm, '')];
    }),
  );
}
