import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OPERATIONS } from '../../sandbox/ec2/routes/operations.js';
import { GITHUB_ROUTES } from '../../sandbox/github/routes/server.js';
import { SSM_OPERATIONS } from '../../sandbox/ssm.js';
import { startAws, type AwsSandbox } from '../worlds/sandbox/aws.js';

let aws: AwsSandbox;

beforeAll(async () => {
  aws = await startAws();
});

afterAll(() => aws.close());

const AT = '20261011/us-east-1';

function signed(service: string): Record<string, string> {
  return { authorization: `AWS4-HMAC-SHA256 Credential=AKIASANDBOX/${AT}/${service}/aws4_request, SignedHeaders=host` };
}

async function ask(url: string, init: RequestInit = {}): Promise<{ status: number; text: string }> {
  const answer = await fetch(url, { redirect: 'manual', ...init });
  return { status: answer.status, text: await answer.text() };
}

const ec2 = (body: string, headers: Record<string, string> = signed('ec2')) =>
  ask(aws.sandbox.awsUrl, { method: 'POST', body, headers });

const ssm = (operation: string, body: string) =>
  ask(aws.sandbox.awsUrl, {
    method: 'POST',
    body,
    headers: { ...signed('ssm'), 'x-amz-target': `AmazonSSM.${operation}` },
  });

describe('EC2', () => {
  const cases: [string, string, number, RegExp][] = [
    [
      'an action that EC2 or the sandbox does not have',
      'Action=DescribeNatGateways',
      400,
      /<Code>InvalidAction<\/Code><Message>The action DescribeNatGateways is not valid for this web service\. The sandbox has: .*RunInstances/,
    ],
    ['no action', 'Version=2016-11-15', 400, /<Code>MissingAction<\/Code>/],
    ['a body of another kind', '{"Action":"RunInstances"}', 400, /<Code>MissingAction<\/Code>/],
    [
      'an element that is no number',
      'Action=DescribeInstances&InstanceId.x=i-1',
      400,
      /<Code>MalformedQueryString<\/Code>/,
    ],
    [
      'a filter without values',
      'Action=DescribeInstances&Filter.1.Name=vpc-id',
      400,
      /<Code>InvalidParameterValue<\/Code>/,
    ],
    ['a page size that is no number', 'Action=DescribeInstances&MaxResults=many', 400, /many/],
    [
      'a parameter that the sandbox does not model',
      'Action=DescribeInstances&IncludeManaged=true',
      501,
      /doesn't model the parameter IncludeManaged/,
    ],
  ];
  test.each(cases)('answers %s with its own error', async (_, body, status, text) => {
    expect(await ec2(body)).toEqual({ status, text: expect.stringMatching(text) });
  });

  test('answers an unsigned request as AWS does, and one for another region', async () => {
    const code =
      '<Code>MissingParameter</Code><Message>The request must contain the parameter AWSAccessKeyId</Message>';
    const query = 'Action=DescribeInstances&Version=2016-11-15';
    expect(await ec2(query, {})).toEqual({ status: 400, text: expect.stringContaining(code) });
    expect(await ask(`${aws.sandbox.awsUrl}/?${query}`)).toEqual({ status: 400, text: expect.stringContaining(code) });
    const elsewhere = { authorization: signed('ec2')['authorization']!.replace('us-east-1', 'moon-1') };
    expect(await ec2(query, elsewhere)).toEqual({
      status: 401,
      text: expect.stringContaining('<Code>AuthFailure</Code>'),
    });
  });

  test('reads a presigned URL', async () => {
    const query = new URLSearchParams({ Action: 'DescribeRegions', 'X-Amz-Credential': `AKIA/${AT}/ec2/aws4_request` });
    expect((await ask(`${aws.sandbox.awsUrl}/?${query.toString()}`)).text).toContain(
      '<regionName>us-east-1</regionName>',
    );
  });

  test.each(Object.keys(OPERATIONS))('%s never fails', async (name) => {
    const forms = ['', '&Filter.1.Name=x', '&MaxResults=-1', '&NextToken=%ff', '&DryRun=maybe', '&X=%ZZ&.=.&..1=1'];
    const [first = 'InstanceId'] = OPERATIONS[name]?.parameters ?? [];
    for (const form of [
      ...forms,
      `&${first}=1`,
      `&${first}.1=1`,
      `&${first}.1.Name=1`,
      `&${first}.0=`,
      `&${first}.=x`,
    ]) {
      const { status, text } = await ec2(`Action=${name}${form}`);
      expect([form, status, text]).toEqual([
        form,
        expect.any(Number),
        expect.not.stringContaining('The sandbox failed'),
      ]);
    }
  });
});

describe('SSM', () => {
  test('names an operation that it does not have, and those that it has', async () => {
    const { status, text } = await ssm('GetParameterHistory', '{}');
    expect([status, JSON.parse(text)]).toEqual([
      400,
      { __type: 'UnknownOperationException', message: expect.stringMatching(/no GetParameterHistory.*GetParameters/) },
    ]);
  });

  test.each(Object.keys(SSM_OPERATIONS))('%s never fails', async (name) => {
    const values = ['1', '[]', '{}', '"/x"', 'null', '[1]', 'true', '""'];
    const members = ['Name', 'Names', 'Value', 'Path', 'Labels', 'ParameterVersion', 'MaxResults', 'NextToken'];
    const bodies = members.flatMap((member) => values.map((value) => `{"${member}":${value}}`));
    for (const body of ['', '{', 'null', '[]', '1', ...bodies]) {
      const { status, text } = await ssm(name, body);
      expect([body, status < 500, text]).toEqual([body, true, expect.anything()]);
    }
  });

  test('answers an unsigned request as AWS does', async () => {
    const headers = { 'x-amz-target': 'AmazonSSM.GetParameters' };
    const { status, text } = await ask(aws.sandbox.awsUrl, { method: 'POST', body: '{}', headers });
    expect([status, text]).toEqual([400, expect.stringContaining('MissingAuthenticationToken')]);
  });
});

describe('STS', () => {
  test('answers an unsigned request, and an operation that it does not have', async () => {
    const query = 'Version=2011-06-15&Action=';
    const unsigned = await ask(`${aws.sandbox.awsUrl}/?${query}GetCallerIdentity`);
    expect(unsigned).toEqual({ status: 403, text: expect.stringContaining('<Code>MissingAuthenticationToken</Code>') });
    expect(await ec2(`${query}AssumeRole`, signed('sts'))).toEqual({
      status: 400,
      text: expect.stringMatching(/<Code>InvalidAction<\/Code>.*AssumeRole.*The sandbox has of STS: GetCallerIdentity/),
    });
  });
});

describe('Other services of AWS', () => {
  const says = /has no \w+\. It has ec2, ssm \(parameters\) and sts/;

  test.each([
    ['route53', {}],
    ['iam', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['dynamodb', { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.ListTables' }],
  ])('%s is refused by name', async (service, headers) => {
    const answer = await ec2('Action=ListRoles', { ...signed(service), ...headers });
    expect(answer).toEqual({ status: 501, text: expect.stringMatching(says) });
  });
});

describe('GitHub', () => {
  const github = (method: string, path: string, body?: string) =>
    ask(`${aws.sandbox.githubUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${aws.sandbox.token}` },
      ...(body !== undefined && { body }),
    });

  test('a body that is no JSON has problems', async () => {
    const path = '/repos/octo-org/octo-repo/actions/runners/generate-jitconfig';
    for (const body of ['{', 'null', '[]', '1'])
      expect(await github('POST', path, body)).toEqual({
        status: 400,
        text: expect.stringContaining('Problems parsing JSON'),
      });
  });

  test('a malformed path is refused', async () => {
    expect((await github('GET', '/repos/octo-org/%E0%A4%A/actions/runners')).status).toBe(400);
  });

  test('what the sandbox does not have is named', async () => {
    const branches = await github('GET', '/repos/octo-org/octo-repo/stargazers');
    expect([branches.status, JSON.parse(branches.text)]).toEqual([
      501,
      expect.objectContaining({
        message: expect.stringMatching(/has no GET \/repos.*stargazers\. GET \/_sandbox\/ lists/),
      }),
    ]);
    expect((await github('PATCH', '/repos/octo-org/octo-repo/actions/runs')).text).toContain('It has GET of this path');
  });

  const writing = GITHUB_ROUTES.filter(({ method, access }) => method !== 'GET' && access !== 'app');

  test.each(writing.map(({ method, template }) => [method, template]))(
    '%s %s never fails',
    async (method, template) => {
      const path = template
        .replace('{owner}/{repo}', 'octo-org/octo-repo')
        .replace('{org}', 'octo-org')
        .replace('{enterprise}', 'octo-enterprise')
        .replaceAll(/\{\w+\}/g, '1');
      for (const body of [
        '',
        '{',
        'null',
        '[]',
        '{}',
        '{"labels":1}',
        '{"labels":[null]}',
        '{"name":[],"labels":["x"]}',
      ]) {
        if (method === 'DELETE' && body !== '') continue;
        const { status, text } = await github(method, path, body);
        expect([body, status < 500, text]).toEqual([body, true, expect.any(String)]);
      }
    },
  );

  test.each(['/_runner/registrations', '/_runner/sessions', '/_runner/sessions/1/finish'])(
    '%s never fails',
    async (path) => {
      for (const body of ['{', 'null', '[]', '{}', '{"labels":1}', '{"token":1}'])
        expect((await github('POST', path, body)).status).toBeLessThan(500);
    },
  );
});

test.each(['GET // HTTP/1.1', 'GET //x/y HTTP/1.1', 'GET http://[ HTTP/1.1', 'GET /%zz?%zz=%zz HTTP/1.1'])(
  'the request line `%s` does not fail',
  async (line) => {
    for (const url of [aws.sandbox.awsUrl, aws.sandbox.githubUrl]) {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(`${line}\r\nHost: x\r\nConnection: close\r\n\r\n`);
      let text = '';
      for await (const data of socket) text += String(data);
      expect(text).toMatch(/^HTTP\/1\.1 (200|4\d\d|501) /);
    }
  },
);
