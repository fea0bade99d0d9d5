import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Adds up the jest reports in a folder and the failed steps without a report. The exit code is 0 if everything passed. */
const [folder, failedSteps] = process.argv.slice(2);
let passed = 0;
let failed = Number(failedSteps);
for (const name of readdirSync(folder).filter((one) => one.endsWith('.json'))) {
  const report = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  passed += report.numPassedTests;
  // A test file that cannot be loaded has no failed test to count.
  failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
  if (!report.success && report.numFailedTests + report.numRuntimeErrorTestSuites === 0) failed += 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
