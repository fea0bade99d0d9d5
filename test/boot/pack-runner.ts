import { writeFileSync } from 'node:fs';
import { packRunner } from '../../sandbox/github/routes/downloads.js';

/** `pack-runner.ts VERSION FILE`: packs the stand-in runner as GitHub packs its own, and prints its SHA-256. */
const [version = '', file = ''] = process.argv.slice(2);
const { bytes, sha256 } = await packRunner(version);
writeFileSync(file, bytes);
console.log(sha256);
