import { describe, expect, test } from '@jest/globals';
import { actions } from '../../../../actions/index.js';
import { variables } from '../../../../src/core/inputs/environment-variables.js';
import { secret, text } from '../../../../src/core/inputs/input-kinds.js';
import type { InputDefinitions } from '../../../../src/core/inputs/inputs.js';
import { describeUnmasked, listSecrets } from '../../../../src/core/inputs/secrets.js';

const definitions = {
  token: secret('A secret.'),
  'secret-env': variables('Secret ones.', { secret: true }),
  env: variables('Others.'),
  name: text('A text.'),
};
const list = (raw: Record<string, string>) => listSecrets(definitions, raw);

describe('What is masked', () => {
  test('is every secret input, and no other', () => {
    const raw = { token: ' token-of-mine\n', name: 'no-secret', env: '{"A": "no-secret-either"}' };
    expect(list(raw)).toMatchObject({ texts: ['token-of-mine'], unmasked: [] });
  });

  test.each<[string, string[]]>([
    ['{"PIN":48151623}', ['48151623']],
    ['{"PIN": -4815.1623}', ['-4815.1623']],
    ['{"A": "hush-hush"}', ['hush-hush']],
    ['[{"A": "first"}, {"A": "second", "B": null}]', ['first', 'second']],
    ['{"A": {"B": ["deeply", {"C": 16234815}]}}', ['deeply', '16234815']],
    ['{"KEY": "-----BEGIN KEY-----\\nabcdef\\r\\nghijkl\\n-----END KEY-----\\n"}', ['abcdef', 'ghijkl']],
    ['{"A": "quoted \\"words\\""}', ['quoted "words"']],
    ['{"A": "fa\\u00e7ade"}', ['façade']],
  ])('has every value of %s', (json, values) => {
    for (const secretEnv of [json, ` ${json}\n`]) {
      expect(list({ 'secret-env': secretEnv }).texts).toEqual(expect.arrayContaining([...values, json]));
      expect(list({ 'secret-env': secretEnv }).unmasked).toEqual([]);
    }
  });

  test('has each line of a text as an entry of its own', () => {
    const whole = 'first line\r\n  second line';
    expect(list({ token: `${whole}\n` }).texts).toEqual([whole, 'first line', 'second line']);
    expect(list({ token: 'first line\r\n  second line\n}\n' }).texts).toEqual(['first line', 'second line']);
  });

  test('is the text itself if it is not JSON with values', () => {
    expect(list({ 'secret-env': '{"A": "b' }).texts).toEqual(['{"A": "b']);
    expect(list({ token: '48151623' }).texts).toEqual(['48151623']);
    expect(list({ 'secret-env': '[{}]' })).toMatchObject({ texts: [], unmasked: [] });
  });

  test('has no line of JSON syntax', () => {
    expect(list({ 'secret-env': '[{},\n{\n  "A": "hush-hush"\n}]' }).texts).toEqual(['hush-hush']);
  });
});

describe('What is too common to be masked', () => {
  test.each(['{"DEBUG": "1"}', '{"DEBUG": 1}', '{"DEBUG": "yes"}', '{"DEBUG": true}', '{"DEBUG": "false"}'])(
    'is named without its value: %s',
    (json) => {
      const { texts, unmasked } = list({ 'secret-env': json });
      expect(unmasked).toEqual(['`secret-env`: DEBUG']);
      expect(texts).toEqual([json]);
    },
  );

  test('may be a whole input', () => {
    expect(list({ token: 'abc' })).toMatchObject({ texts: [], unmasked: ['`token`'] });
    expect(list({ token: 'a\nb' })).toMatchObject({ texts: [], unmasked: ['`token`'] });
  });

  test('is reported with the reason', () => {
    expect(describeUnmasked(['`token`', '`secret-env`: DEBUG'])).toMatch(
      /^Not masked: `token`, `secret-env`: DEBUG\. .*GitHub drops outputs/,
    );
  });
});

describe('Every action', () => {
  test.each(actions.map(({ name, definition }) => [name, definition.inputs] as const))(
    '%s declares each input secret whose name sounds like a secret',
    (_, inputs: InputDefinitions) => {
      const names = Object.keys(inputs).filter(
        (name) => /token|access-key-id|private-key|secret-(env|access)/.test(name) && !inputs[name]!.legacy,
      );
      const raw = Object.fromEntries(names.map((name) => [name, `value of ${name}`]));
      expect(listSecrets(inputs, raw).texts).toEqual(expect.arrayContaining(Object.values(raw)));
    },
  );
});
