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
