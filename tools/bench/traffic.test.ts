import { expect, test } from '@jest/globals';
import { tally, type Counted } from './traffic.js';

const RUNNERS = '/repos/{owner}/{repo}/actions/runners';

const aws = (operation: string, details: Partial<Counted> = {}): Counted => ({
  at: 0,
  service: operation === 'GetParameters' ? 'ssm' : 'ec2',
  operation,
  method: 'POST',
  status: 200,
  ...details,
});
const github = (operation: string, details: Partial<Counted> = {}): Counted => ({
  at: 0,
  service: 'github',
  operation,
  method: operation.split(' ')[0]!,
  status: 200,
  ...details,
});

test('requests are grouped by what their number depends on', () => {
  const requests = [
    aws('GetParameters'),
    aws('DescribeImages'),
    github(`GET ${RUNNERS}/deprecations/{version}`),
    github(`POST ${RUNNERS}/generate-jitconfig`),
    aws('RunInstances'),
    github(`GET ${RUNNERS}/{runner_id}`),
    github(`GET ${RUNNERS}`),
  ];
  expect(tally(requests)).toEqual({
    aws: 3,
    github: 4,
    launches: 1,
    registrations: 1,
    polls: 2,
    others: 5,
    points: 8,
    pointsInBusiestMinute: 8,
    throttled: 0,
  });
});

test('registration tokens count as registrations, and the runners of an enterprise count', () => {
  const { registrations, polls } = tally([
    github(`POST ${RUNNERS}/registration-token`),
    github('POST /enterprises/{enterprise}/actions/runners/generate-jitconfig'),
    github('GET /orgs/{org}/actions/runners'),
  ]);
  expect({ registrations, polls }).toEqual({ registrations: 2, polls: 1 });
});

test('throttled requests are counted, of EC2 as of GitHub', () => {
  const slower = [aws('RunInstances', { status: 503 }), github(`GET ${RUNNERS}`, { status: 429 })];
  expect(tally([...slower, aws('RunInstances', { status: 500 })]).throttled).toBe(2);
});

test('the busiest minute is any 60 s, not one of the clock', () => {
  const post = (at: number) => github(`POST ${RUNNERS}/generate-jitconfig`, { at });
  const get = (at: number) => github(`GET ${RUNNERS}`, { at });
  const { points, pointsInBusiestMinute } = tally([post(0), post(50_000), get(61_000), post(109_999), post(110_000)]);
  expect({ points, pointsInBusiestMinute }).toEqual({ points: 21, pointsInBusiestMinute: 11 });
});

test('no requests cost no points', () => {
  expect(Object.values(tally([]))).toEqual(Array.from({ length: 9 }, () => 0));
});
