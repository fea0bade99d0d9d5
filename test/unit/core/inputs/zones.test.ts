import { describe, expect, test } from '@jest/globals';
import { parseInputs } from '../../../../src/core/inputs/inputs.js';
import { zones } from '../../../../src/core/inputs/zones.js';

function parse(text: string) {
  const { values, problems } = parseInputs({ zones: zones('') }, { zones: { text } });
  return problems[0] ?? values.zones;
}
const a = { imageId: 'ami-1', subnetId: 'subnet-1', securityGroupId: 'sg-1' };

test('Each zone has its own image, subnet and groups, and its region if it names one', () => {
  const given = [
    a,
    { ...a, imageId: 'ami-2', region: 'us-west-2', securityGroupId: ['sg-2', 'sg-3'] },
    { ...a, region: '' },
  ];
  expect(parse(JSON.stringify(given, null, 2).replaceAll('\n', '\r\n'))).toEqual([
    { image: 'ami-1', subnetId: 'subnet-1', securityGroupIds: ['sg-1'] },
    { image: 'ami-2', subnetId: 'subnet-1', securityGroupIds: ['sg-2', 'sg-3'], region: 'us-west-2' },
    { image: 'ami-1', subnetId: 'subnet-1', securityGroupIds: ['sg-1'] },
  ]);
  expect(parse('[]')).toBeUndefined();
});

describe('What is wrong is named', () => {
  test.each<[given: unknown, problem: RegExp]>([
    ['{', /^`zones` is "\{"; allowed: a JSON list of objects like/],
    [a, /allowed: a JSON list/],
    [[a, 'subnet-1'], /^`zones` is "entry 2"/],
    [[a, { ...a, imageId: undefined }], /^`zones` is "entry 2 without imageId"/],
    [[{ ...a, subnetId: '', securityGroupId: [] }], /^`zones` is "entry 1 without subnetId, securityGroupId"/],
    [[{ ...a, subnetID: 'subnet-1' }], /^`zones` is "entry 1: subnetID"; .*; did you mean subnetId\?/],
    [[{ ...a, region: 'us-west' }], /"entry 1: region \\"us-west\\""/],
    [[{ ...a, securityGroupId: 7 }], /"entry 1: securityGroupId 7"/],
  ])('%j', (given, problem) => {
    expect(parse(typeof given === 'string' ? given : JSON.stringify(given))).toMatch(problem);
  });
});
