import { exportArtifacts } from '../../src/core/export/export.js';
import { parseAddress } from '../../src/core/export/address.js';
import { openArtifactFolder } from '../../src/host/artifact-folder.js';
import { connectStore } from '../../src/s3/connect.js';
import { wallClock } from '../contract/aws-environment.js';
import { quiet } from '../worlds/log.js';

/** An export as a program: `node export-program.js FOLDER s3://BUCKET/PREFIX`. Prints the result and the peak memory. */
const [folder = '', address = ''] = process.argv.slice(2);
const secrets = Array.from({ length: 50 }, (_, at) => ({
  name: `secret ${at}`,
  text: `a-secret-of-this-run-${at}-0123456789abcdef`,
}));
const result = await exportArtifacts(
  { address: parseAddress(address), allowsPublic: false, secrets },
  {
    openStore: (bucket) => connectStore(bucket, { clock: wallClock }),
    folder: openArtifactFolder(folder),
    log: quiet,
  },
);
console.log(JSON.stringify({ ...result, peakMiB: Math.round(process.resourceUsage().maxRSS / 1_024) }));
process.exit(0);
