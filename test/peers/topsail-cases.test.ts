/**
 * Configurations and comments of TOPSAIL's users, with what its own programs made of them. What differs on purpose is in
 * `differences`.
 */
import { afterAll, describe, expect, test } from '@jest/globals';
import { listOverrides, readCommand } from '../../src/core/command/command.js';
import { listPhases } from '../../src/core/command/phases.js';
import { checkPresets } from '../../src/core/config/check-presets.js';
import { readValue } from '../../src/core/config/references.js';
import { readConfiguration, resolveConfiguration } from '../../src/core/config/resolve-configuration.js';
import type { ValueMap } from '../../src/core/config/value.js';
import { type CommentCase, type PresetsCase, readCases, readText } from './topsail/cases.js';

const cases = readCases();
const presetsCases = cases.filter((one): one is PresetsCase => one.suite === 'topsail-presets');
const commentCases = cases.filter((one): one is CommentCase => one.suite === 'topsail-prargs');

/** Where ours is meant to differ, by case. `problem`: what is refused, which the original accepts or says otherwise. */
const differences: Readonly<
  Record<string, { readonly why: string; readonly problem?: RegExp; readonly presetsAsInFile?: true }>
> = {
  'fine_tuning-gating_dgx40gb_full': {
    why: 'The original gives the configuration the map of preset `fms` itself, so that later keys change the preset, and applying `fms` again resets nothing. Ours copies it: maps are replaced as a whole, always.',
    presetsAsInFile: true,
  },
  '126-equals': {
    why: 'The original accepts the line, and cannot read its own file later.',
    problem: /^the comment, line 2: .* has `=`; write `key: value`, here `\/var matbench\.workload: projects/,
  },
  '841-longer-name': { why: 'The original compares the beginning of the name: the wrong job accepts the comment.' },
};

/** Refusals that both have, in our words. */
const refusals: Readonly<Record<string, readonly RegExp[]>> = {
  'kserve-unknown-preset': [/line 1: `quik` is not a preset of config\.yaml/],
  'llm-d-cks-multi': [/`multi-flavor` is not a preset/, /`cluster\.name` does not exist/],
  'llm-d-cks-multi-through-jump': [/`multi-flavor` is not a preset/],
  'jump_ci-unknown-dotted-override': [/`cluster\.nmae` does not exist; did you mean `cluster\.name`\?/],
  'syn-loop': [/in a circle: a → b → a\./],
  'syn-null-preset': [/`single` is a preset without keys/],
  'var-bad-yaml': [/is not YAML, because of `: ` in the value; quote it/],
};

function resolve({ input }: PresetsCase) {
  const text = input.config_text ?? readText(input.config!);
  const overrides = Object.entries(input.overrides).map(([key, value]) => ({
    key,
    value,
    source: 'the comment, line 2',
  }));
  const args = Object.entries(input.overrides).flatMap(([key, value]) =>
    typeof value === 'string' && /^PR_POSITIONAL_ARG_[1-9]/.test(key) ? value.split(' ') : [],
  );
  const file = readConfiguration({ path: 'config.yaml', text }, 'both');
  expect(file).toMatchObject({ problems: [], warnings: [] });
  const presets = args.map((name) => ({ name, source: 'the comment, line 1' }));
  return {
    ...resolveConfiguration(file, { presets, overrides }),
    asInFile: readConfiguration({ path: '', text }, 'both').root,
  };
}

/** The last comment that has a command for the test, as the event of that comment would bring it. */
function readComments({ input }: CommentCase) {
  const { body } = input.pull_request;
  const description = body === null ? undefined : { text: body, source: 'the description' };
  const readings = input.comments.map((comment) =>
    readCommand({ text: comment.body, source: 'the comment' }, description, {
      testName: input.test_name,
      language: 'both',
    }),
  );
  return readings.findLast(({ kind }) => kind !== 'none') ?? { kind: 'none' as const };
}

afterAll(() => {
  if (cases.length === 0) console.log('The cases of TOPSAIL are left out: ../shared/cases does not exist.');
});

describe('The configuration of a TOPSAIL project', () => {
  test.each(presetsCases.map((one) => [one.id, one] as const))('%s', (id, one) => {
    const { config, names, presetsApplied, problems, asInFile } = resolve(one);
    const { expected } = one;
    if (!expected.ok) {
      expect(problems).toEqual(refusals[id]!.map((why) => expect.stringMatching(why)));
      return;
    }
    expect(problems).toEqual([]);
    expect([names, presetsApplied.flatMap((line) => line.split('\n'))]).toEqual([
      expected.names ?? [],
      expected.presets_applied,
    ]);
    const whole = (
      typeof expected.config === 'string' ? JSON.parse(readText(expected.config)) : expected.config
    ) as ValueMap;
    if (differences[id]?.presetsAsInFile)
      whole['ci_presets'] = { ...(asInFile['ci_presets'] as ValueMap), names: [...names] };
    expect(config.root).toEqual(whole);
    for (const [key, value] of Object.entries(expected.get)) expect(readValue(config, key)).toEqual({ value });
    if (expected.skipped === undefined) return;
    const { phases } = listPhases([], { known: [], ofFile: ['prepare_ci', 'test_ci'], config });
    expect(phases.map(({ runs }) => runs)).toEqual([false, true]);
  });

  test('has a secret only where the test runs', () => {
    const one = presetsCases.find(({ id }) => id === 'mac_ai-cpt_nightly');
    if (one)
      expect(readValue(resolve(one).config, 'remote_host.hostname')).toEqual({
        problem: expect.stringContaining('is a secret'),
      });
  });
});

describe('The comments of a pull request', () => {
  test.each(commentCases.map((one) => [one.id, one] as const))('%s', (id, one) => {
    const reading = readComments(one);
    const problem = differences[id]?.problem;
    const refused = problem ? [problem] : refusals[id];
    if (refused)
      expect(reading).toMatchObject({ kind: 'refused', problems: refused.map((why) => expect.stringMatching(why)) });
    else if (one.expected.rc !== 0 || id in differences) expect(reading).toMatchObject({ kind: 'none' });
    else {
      if (reading.kind !== 'command') throw new Error(JSON.stringify(reading));
      const overrides = listOverrides(reading.command, 'the comment').map(({ key, value }) => [key, value]);
      expect(Object.fromEntries(overrides)).toEqual(one.expected.parsed);
    }
  });
});

/** What TOPSAIL's users find out after an hour, or never. */
const broken: Readonly<Record<string, readonly string[]>> = {
  fine_tuning: ['350 preset `ray_bench_scale` extends `ray_bench`'],
  jump_ci: [],
  kserve: [
    '152 preset `scale_test`: `tests.prom_plot_workload`',
    '153 preset `scale_test`: `kserve.model.serving_runtime.mute_logs`',
    '337 preset `cpt_multi_model_models` extends `tgis`',
    '396 preset `multi_model_a30` extends `tgis`',
    '421 preset `longevity_large_model` extends `tgis`',
  ],
  'llm-d': ['19 preset `opt-125m`: `tests.llmd.inference_service.vllm_args[5]`'],
  mac_ai: [],
  pipelines: [],
};

describe('The check of a TOPSAIL project finds', () => {
  test.each(cases.length === 0 ? [] : Object.keys(broken))('every preset of %s that cannot be used', (name) => {
    const found = checkPresets(readText(`configs/${name}.yaml`), 'both').problems.map(
      ({ line, text }) => `${line} ${text}`,
    );
    expect(found).toEqual(broken[name]!.map((start) => expect.stringMatching(`^${start.replace(/[.[\]]/g, '\\$&')}`)));
  });
});
