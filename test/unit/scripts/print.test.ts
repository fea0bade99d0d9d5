import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { actions, stepsOf, type Action } from '../../../actions/index.js';
import { renderAction } from '../../../scripts/print/action-yml.js';
import { fillActionList, fillGitAttributes, fillPrettierIgnore } from '../../../scripts/print/lists.js';
import { fillTables } from '../../../scripts/print/tables.js';
import { flag, legacy, text, withDefault } from '../../../src/core/inputs/input-kinds.js';

const definition: Action['definition'] = {
  action: { name: 'Do it', description: 'Does it: well.', icon: 'play', color: 'orange' },
  inputs: {
    mood: withDefault('a|b', text('How: "so" or `so`. '.repeat(12).trim())),
    wait: flag('Whether to wait.'),
    old: legacy('Ignored.'),
  },
  outputs: { result: 'What came of it.' },
};
const example: Action = {
  name: 'do',
  definition,
  run: { main: 'runDo', post: 'runDoPost' },
  chunk: 'shared-by-tests',
};

const readme = ['inputs', 'legacy-inputs', 'outputs']
  .map(
    (name) =>
      `Before ${name}\n<!-- ${name}: printed by npm run print -->\nstale\n<!-- end of ${name} -->\nAfter ${name}\n`,
  )
  .join('');

describe('action.yml', () => {
  const printed = parse(renderAction(example)) as {
    inputs: Record<string, Record<string, unknown>>;
    outputs: Record<string, unknown>;
    runs: unknown;
  };

  test('names a default in the description only, because GitHub would pass a default as if the user had set it', () => {
    expect(Object.values(printed.inputs).flatMap(Object.keys)).not.toContain('default');
    expect(printed.inputs['mood']?.['description']).toMatch(/or `so`\. Default: `a\|b`\.$/);
    expect(printed.inputs['wait']).toEqual({ description: 'Whether to wait.', required: false });
  });

  test('marks the inputs of ec2-github-runner', () => {
    expect(printed.inputs['old']?.['description']).toBe('From ec2-github-runner, for easy migration. Ignored.');
  });

  test('names the steps, and a post step that always runs', () => {
    const steps = { main: '../dist/do.js', post: '../dist/do-post.js', 'post-if': 'always()' };
    expect(printed.runs).toEqual({ using: 'node24', ...steps });
    const { runs } = parse(renderAction({ ...example, run: { main: 'runDo' } })) as { runs: unknown };
    expect(runs).toEqual({ using: 'node24', main: '../dist/do.js' });
  });

  test('is not wider than 120 columns', () => {
    expect(
      renderAction(example)
        .split('\n')
        .filter((line) => line.length > 120),
    ).toEqual([]);
  });
});

describe('The tables of a README', () => {
  test('replace the text between their markers and nothing else', () => {
    const filled = fillTables(readme, definition);
    expect(filled).not.toContain('stale');
    expect(filled.match(/^(Before|After) .*$/gm)).toEqual(readme.match(/^(Before|After) .*$/gm));
    expect(filled).toContain('| `wait` | `true` or `false` |  | Whether to wait. |');
    expect(filled).toContain('| `mood` | text | `a\\|b` |');
    expect(filled).toContain('| `result` | What came of it. |');
    expect(fillTables(filled, definition)).toBe(filled);
  });

  test('list the inputs of ec2-github-runner separately', () => {
    const [, own, legacyTable] = fillTables(readme, definition).split('printed by npm run print -->');
    expect(own).not.toContain('`old`');
    expect(legacyTable).toContain('| `old` | Ignored. |');
  });

  test('are refused when a marker is missing', () => {
    expect(() => fillTables(readme.replace('<!-- end of outputs -->', ''), definition)).toThrow(
      'lacks the markers <!-- outputs',
    );
  });
});

describe('The lists of actions and printed files', () => {
  const lines = '# printed files: printed by npm run print\nstale\n# end of printed files\n';

  test('in README.md link each action and say what it does in one sentence', () => {
    const readme = 'Before\n<!-- actions: printed by npm run print -->\nstale\n<!-- end of actions -->\nAfter';
    expect(fillActionList(readme, [example])).toBe(
      'Before\n<!-- actions: printed by npm run print -->\n\n| Action | Description |\n| --- | --- |\n| [do](do/README.md) | Does it: well. |\n\n<!-- end of actions -->\nAfter',
    );
  });

  test('in .gitattributes and .prettierignore replace the lines between the markers and nothing else', () => {
    expect(fillGitAttributes(`a\n${lines}b\n`, ['do/action.yml'])).toBe(
      `a\n${lines.replace('stale', 'dist/** linguist-generated -diff -text\ndo/action.yml linguist-generated')}b\n`,
    );
    expect(fillPrettierIgnore(lines, ['do/action.yml'])).toBe(lines.replace('stale', 'dist/\ndo/action.yml'));
  });
});

describe('The registry of actions', () => {
  test('has every folder with an action.yml', () => {
    const root = fileURLToPath(new URL('../../..', import.meta.url));
    const folders = readdirSync(root).filter((name) => existsSync(join(root, name, 'action.yml')));
    expect(folders.toSorted()).toEqual(actions.map(({ name }) => name as string).toSorted());
  });

  test('has a sentence for each action, short enough for the Marketplace', () => {
    for (const {
      definition: { action },
    } of actions) {
      expect(action.description).toMatch(/^[A-Z].*\.$/);
      expect(action.description.length).toBeLessThanOrEqual(125);
    }
  });

  test('gives each step a file of its own in dist/', () => {
    const files = actions.flatMap((action) => Object.values(stepsOf(action)).map(({ file }) => file));
    expect(new Set(files).size).toBe(files.length);
    expect(stepsOf(example)).toEqual({
      main: { file: 'do.js', run: 'runDo' },
      post: { file: 'do-post.js', run: 'runDoPost' },
    });
  });
});
