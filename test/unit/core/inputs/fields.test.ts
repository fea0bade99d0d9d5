import { expect, test } from '@jest/globals';
import { minutes } from '../../../../src/core/inputs/durations.js';
import { collectFields, fieldsOf } from '../../../../src/core/inputs/fields.js';
import { flag, integer, list, text, withDefault } from '../../../../src/core/inputs/input-kinds.js';
import { parseInputs } from '../../../../src/core/inputs/inputs.js';

interface Machine {
  readonly keyName: string | undefined;
  readonly subnetIds: readonly string[];
  readonly sizeGiB?: number | undefined;
}
interface Startup {
  readonly timeoutMs: number;
}

const into = fieldsOf<{ machine: Machine; machineLife: Startup }>();
const inputs = {
  'key-name': into('machine.keyName', text('A key.')),
  'subnet-id': into('machine.subnetIds', list('Subnets.', { matches: /^subnet-/, allowed: 'subnet ids' }), []),
  'volume-size': into('machine.sizeGiB', integer('GiB.', { min: 1, max: 9 })),
  'timeout-minutes': into('machineLife.timeoutMs', withDefault('5', minutes('A bound.', { min: 1, max: 60 }))),
  'dry-run': withDefault('false', flag('No side effects.')),
};

function collect(raw: Readonly<Record<string, string>>): { machine: Machine; machineLife: Startup } {
  const { values, problems } = parseInputs(
    inputs,
    Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, { text: value }])),
  );
  expect(problems).toEqual([]);
  return {
    machine: collectFields(inputs, values, 'machine'),
    machineLife: collectFields(inputs, values, 'machineLife'),
  };
}

test('each input fills the field that it names, and an input without a field fills none', () => {
  expect(
    collect({ 'key-name': 'ci', 'subnet-id': 'subnet-a, subnet-b', 'volume-size': '8', 'dry-run': 'true' }),
  ).toEqual({
    machine: { keyName: 'ci', subnetIds: ['subnet-a', 'subnet-b'], sizeGiB: 8 },
    machineLife: { timeoutMs: 300_000 },
  });
});

test('an empty input has its default, its empty value, or no value', () => {
  expect(collect({})).toEqual({
    machine: { keyName: undefined, subnetIds: [], sizeGiB: undefined },
    machineLife: { timeoutMs: 300_000 },
  });
});

test('the compiler refuses a field that the request lacks or that has another type', () => {
  // @ts-expect-error There is no such field.
  into('machine.keyNames', text('A key.'));
  // @ts-expect-error There is no such part.
  into('machines.keyName', text('A key.'));
  // @ts-expect-error The field is a text.
  into('machine.keyName', integer('A key.', { min: 1, max: 2 }));
  // @ts-expect-error The field cannot be undefined, and the input has no value when it is empty.
  into('machine.subnetIds', list('Subnets.', { matches: /./, allowed: 'any' }));
  const { 'key-name': _dropped, ...fewer } = inputs;
  // @ts-expect-error No input fills `keyName`.
  const machine: Machine = collectFields(fewer, parseInputs(fewer, {}).values, 'machine');
  expect(machine).not.toHaveProperty('keyName');
});
