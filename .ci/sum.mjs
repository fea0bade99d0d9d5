import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [command, path, failedSteps = '0'] = process.argv.slice(2);
if (command === 'failed') for (const { name } of failedFiles(read(path))) console.log(name);
else sum(path, Number(failedSteps));

/** Adds up the jest reports in a folder and the failed steps without a report. The exit code is 0 if everything passed. */
function sum(folder, steps) {
  let passed = 0;
  let failed = steps;
  const unsteady = [];
  for (const name of readdirSync(folder).filter((one) => /^\w+\.json$/.test(one))) {
    const report = read(join(folder, name));
    const again = join(folder, name.replace('.json', '.again.json'));
    const second = existsSync(again) ? read(again).testResults : [];
    for (const file of report.testResults) {
      const last = second.find((one) => one.name === file.name) ?? file;
      const tests = last.assertionResults;
      passed += tests.filter(({ status }) => status === 'passed').length;
      // A test file that cannot be loaded, or whose end fails, has no failed test to count.
      const broken = tests.filter(({ status }) => status === 'failed').length;
      failed += last.status === 'failed' ? Math.max(broken, 1) : broken;
      if (last !== file && last.status === 'passed') unsteady.push(...namesOfFailed(file));
    }
    if (!report.success && failedFiles(report).length === 0) failed += 1;
  }
  for (const name of unsteady) console.log(`Failed, and passed when it was run again alone: ${name}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

function read(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function failedFiles({ testResults }) {
  return testResults.filter(({ status }) => status === 'failed');
}

function namesOfFailed({ name, assertionResults }) {
  const failed = assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
  return failed.length === 0 ? [name] : failed;
}
