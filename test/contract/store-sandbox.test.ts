import { expect, test } from '@jest/globals';
import { startSandbox } from '../../sandbox/sandbox.js';
import { connectStore } from '../../src/s3/connect.js';
import { createRawS3 } from '../worlds/raw-s3.js';
import { fastClock, setAwsEnvironment } from './aws-environment.js';
import { describeStore } from './store.suite.js';

describeStore('Store: real adapter on the sandbox', async () => {
  const sandbox = await startSandbox({ machines: false });
  setAwsEnvironment(sandbox.environment);
  return {
    raw: createRawS3(sandbox.awsUrl),
    open: (bucket) => connectStore(bucket, { clock: fastClock }),
    close: () => sandbox.close(),
  };
});

/** The aws CLI reads the times, and decodes keys only if the answer says that they are encoded. */
test.each([
  ['', 'a +b', []],
  ['&encoding-type=url', 'a+%2Bb', ['url']],
])('A list of the sandbox%s has the keys %j, with their times', async (asked, key, encoding) => {
  const sandbox = await startSandbox({ machines: false });
  try {
    const raw = createRawS3(sandbox.awsUrl);
    await raw.createBucket('listed');
    await raw.putPlain('listed', 'a%20%2Bb', 'text');
    const scope = 'AKIAIOSFODNN7EXAMPLE/20261128/us-east-1/s3/aws4_request';
    const headers = { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` };
    const text = await (await fetch(`${sandbox.awsUrl}/listed?list-type=2${asked}`, { headers })).text();
    const readAll = (name: string): string[] =>
      [...text.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'g'))].map(([, content]) => content!);
    expect([readAll('Key'), readAll('EncodingType')]).toEqual([[key], encoding]);
    expect(Math.abs(Date.parse(readAll('LastModified')[0]!) - Date.now())).toBeLessThan(60_000);
  } finally {
    await sandbox.close();
  }
});
