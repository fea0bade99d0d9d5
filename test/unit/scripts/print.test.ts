import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { flag, legacy, text, withDefault } from '../../../src/core/inputs/input-kinds.js';
import { renderAction, type ActionDefinition } from '../../../scripts/print/action-yml.js';
import { fillTables } from '../../../scripts/print/tables.js';

const definition: ActionDefinition = {
  action: { name: 'Do it', description: 'Does it: well.', icon: 'play', color: 'orange' },
  inputs: {
    mood: withDefault('a|b', text('How: "so" or `so`. '.repeat(12).trim())),
    wait: flag('Whether to wait.'),
    old: legacy('Ignored.'),
  },
  outputs: { result: 'What came of it.' },
  steps: { main: 'do.js', post: 'do-post.js' },
};

const readme = ['inputs', 'legacy-inputs', 'outputs']
  .map(
    (name) =>
      `Before ${name}\n<!-- ${name}: printed by npm run print -->\nstale\n<!-- end of ${name} -->\nAfter ${name}\n`,
  )
  .join('');

describe('action.yml', () => {
  const printed = parse(renderAction('do', definition)) as {
    inputs: Record<string, Record<string, unknown>>;
    outputs: Record<string, unknown>;
    runs: unknown;
  };

  test('gives no default, which GitHub would pass as if the user had set it, but names it', () => {
    expect(Object.values(printed.inputs).flatMap(Object.keys)).not.toContain('default');
    expect(printed.inputs['mood']?.['description']).toMatch(/or `so`\. Default: `a\|b`\.$/);
    expect(printed.inputs['wait']).toEqual({ description: 'Whether to wait.', required: false });
  });

  test('says of an input of ec2-github-runner that it is one', () => {
    expect(printed.inputs['old']?.['description']).toBe('From ec2-github-runner, for easy migration. Ignored.');
  });

  test('names the steps, and a post step that runs whatever happened', () => {
    const steps = { main: '../dist/do.js', post: '../dist/do-post.js', 'post-if': 'always()' };
    expect(printed.runs).toEqual({ using: 'node24', ...steps });
    const { runs } = parse(renderAction('do', { ...definition, steps: { main: 'do.js' } })) as { runs: unknown };
    expect(runs).toEqual({ using: 'node24', main: '../dist/do.js' });
  });

  test('is not wider than 120 columns', () => {
    expect(
      renderAction('do', definition)
        .split('\n')
        .filter((line) => line.length > 120),
    ).toEqual([]);
  });
});

describe('A README’s tables', () => {
  test('replace what is between their markers and nothing else', () => {
    const filled = fillTables(readme, definition);
    expect(filled).not.toContain('stale');
    expect(filled.match(/^(Before|After) .*$/gm)).toEqual(readme.match(/^(Before|After) .*$/gm));
    expect(filled).toContain('| `wait` | `true` or `false` |  | Whether to wait. |');
    expect(filled).toContain('| `mood` | text | `a\\|b` |');
    expect(filled).toContain('| `result` | What came of it. |');
    expect(fillTables(filled, definition)).toBe(filled);
  });

  test('keep the inputs of ec2-github-runner apart', () => {
    const [, own, legacyTable] = fillTables(readme, definition).split('printed by npm run print -->');
    expect(own).not.toContain('`old`');
    expect(legacyTable).toContain('| `old` | Ignored. |');
  });

  test('are missed when a marker is gone', () => {
    expect(() => fillTables(readme.replace('<!-- end of outputs -->', ''), definition)).toThrow(
      'no place for its table',
    );
  });
});
