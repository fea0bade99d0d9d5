import { connectStore } from '../../src/s3/connect.js';
import { fastClock } from '../contract/aws-environment.js';
import type { Difference } from '../contract/contract.js';
import { describeStore } from '../contract/store.suite.js';
import { createRawS3 } from '../worlds/raw-s3.js';
import { useMoto } from './moto.js';

const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'bytes with another checksum are refused': {
    documented: 'S3 refuses a body whose SHA-256 is not that of the header (BadDigest)',
    instead: 'moto keeps the bytes with the wrong checksum',
    fails: /Received promise resolved/,
  },
  'an upload in parts becomes one object, with the checksum of its parts': {
    documented: 'the checksum of an object of parts ends with their number',
    instead: "moto's has no number, so that a later export sends the file again",
    fails: /"sha256": ".*-2"/,
  },
  'an interrupted upload is found with its parts': {
    documented: 'ListParts has the checksum of each part',
    instead: 'moto lists parts without checksums, so that a resumed upload sends them again',
    fails: /"sha256"/,
  },
};

const reset = useMoto();

describeStore(
  "Store: real adapter on moto's S3",
  async () => {
    await reset();
    return {
      raw: createRawS3(process.env['AWS_ENDPOINT_URL']!),
      open: (bucket) => connectStore(bucket, { clock: fastClock }),
      close: () => undefined,
    };
  },
  DIFFERENCES,
);
