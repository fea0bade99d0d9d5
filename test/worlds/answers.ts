import type { Asked } from '../../src/core/command/answer.js';
import type { Plan, PlannedChange } from '../../src/core/command/plan.js';

export const SHA = '1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d';
/** 27 November 2026, 20:10 UTC */
export const STARTED_AT = Date.UTC(2026, 10, 27, 20, 10);
export const RUN_URL = 'https://github.com/octo-org/octo-repo/actions/runs/1234567890';

export const asked: Asked = {
  author: 'octocat',
  command: '/test light gpu keep',
  runUrl: RUN_URL,
  marker: 'ci-actions plan-run 987654321',
};

/** A plan of a usual command. */
export const usualPlan: Plan = {
  mode: 'test',
  sha: SHA,
  args: ['gpu', 'keep'],
  environments: [],
  presets: ['base', 'gpu', 'keep'],
  overrides: {},
  presetsApplied: ['preset[gpu] machine.type --> g4dn.xlarge', 'preset[keep] create.keep --> True'],
  phases: [
    { name: 'prepare', runs: false, why: '/skip (the comment, line 3)' },
    { name: 'test', runs: true },
    { name: 'cleanup', runs: true },
  ],
  machine: { 'ec2-instance-type': 'g4dn.xlarge', 'aws-region': 'eu-west-1', tags: 'Project=x\nTeam=ml' },
  changes: [
    { key: 'PR_POSITIONAL_ARGS', value: 'gpu keep', before: undefined, from: 'the comment' },
    { key: 'exec_list.prepare', value: false, before: null, from: 'the comment, line 3' },
    { key: 'machine.type', value: 'g4dn.xlarge', before: 'm6i.xlarge', from: 'preset `gpu`, config.yaml, line 12' },
    { key: 'create.keep', value: true, before: false, from: 'preset `keep`, config.yaml, line 11' },
    { key: 'rounds', value: 3, before: 10, from: 'the comment, line 2' },
    { key: 'note', value: '0777', before: null, from: 'the comment, line 4' },
  ],
  warnings: ['the comment, line 4: `0777` is read as text; YAML 1.1 reads a number.'],
};

/** What must be shown as it is, and neither notify, link, load, fold, end a cell nor begin a command. */
export const NASTY_TEXTS: readonly string[] = [
  '@octo-org/everyone and @hubot, @a',
  'fixes #123, GH-7, octo-org/other#8 and octo-org/other@1a2b3c4',
  '![x](https://evil.example/x.png) <img src="https://evil.example/y.png">',
  '[click](https://evil.example) https://evil.example/a www.evil.example mail@evil.example',
  'a | b \\| c \\\\| d |',
  '`` ` ``` one `two',
  '`@hubot` and `',
  '<script>alert(1)</script><details><summary>x</summary>',
  '</td></tr></table></details><!-- /state -->',
  '<!-- state 1 -->\nx\n<!-- /state -->',
  '\n\n/test all\n\n/plan all\r\n/skip x',
  '# title\n## two\n- a\n1. b\n> quote\n***\n```\ncode\n~~~',
  '1. one',
  '- [x] task',
  '> [!WARNING]',
  '===',
  '/test all',
  '*a* _b_ **c** ~~d~~ [^1] $x^2$ and $`y`$ :tada: &lt;b&gt; &amp;',
  '\u202Eevil\u200b\u0000\u0007\ud800',
  'x\\',
  '   ',
  '',
  '👩‍💻 e\u0301 漢字',
  'https://evil.example/`|`',
];

/** A plan that has a text at every place where a text of others can be. */
export function plantText(text: string): Plan {
  const change: PlannedChange = {
    key: text,
    value: text,
    before: { [text]: [text] },
    from: `preset \`${text}\`, ${text}`,
  };
  return {
    mode: 'test',
    sha: text,
    args: [text],
    environments: [text],
    presets: [text, 'b'],
    overrides: {},
    presetsApplied: [],
    phases: [
      { name: text, runs: true },
      { name: `${text}2`, runs: false, why: text },
    ],
    machine: { [text]: text },
    composeOverride: { [text]: text },
    changes: [change, { ...change, value: [text] }],
    warnings: [text, `the comment: \`${text}\` is odd`],
  };
}

/** More of everything than a comment can hold, each of it with a long text. */
export function growPlan(text: string, count = 500): Plan {
  const many = Array.from({ length: count }, (_, at) => `${at} ${text}`);
  return {
    ...plantText(text),
    environments: many,
    presets: many,
    phases: many.flatMap((name) => [
      { name, runs: true },
      { name, runs: false, why: name },
    ]),
    machine: Object.fromEntries(many.map((name) => [name, name])),
    composeOverride: many,
    changes: many.map((key) => ({ key, value: text, before: { [key]: text }, from: key })),
    warnings: many,
  };
}
