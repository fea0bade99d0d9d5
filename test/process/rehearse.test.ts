import { expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { runStep, type StepResult } from '../../sandbox/step.js';

const SCRIPT = fileURLToPath(new URL('../../scripts/rehearse.ts', import.meta.url));

/** `npm run rehearse -- --fail MODE`, without the boot of the instance. */
async function rehearse(mode: string): Promise<StepResult & { readonly text: string }> {
  const environment = { NODE_OPTIONS: '--import=tsx' };
  const args = ['--fail', mode, '--boot-seconds', '0'];
  const result = await runStep({ script: SCRIPT, args, inputs: {}, environment });
  // Without the seconds at the beginning of each line.
  return { ...result, text: result.lines.map((line) => line.replace(/^ *\d+\.\d s {2}/, '')).join('\n') };
}

test.concurrent.each([
  ['boot', [/pre-runner script failed with 7/, /^── job: skipped, because the start failed$/m]],
  ['capacity', [/^ *error: EC2 refused all 10 plans/m, /The same for .*m5\.xlarge spot/, /0 instances terminated/]],
  ['spot', [/\[EC2 interrupts the spot instance i-/, /EC2 reclaimed the spot instance/, /job: skipped/]],
  [
    'cancel',
    [/\[The workflow run is canceled: SIGINT\]/, /everything that was started was rolled back/, /job: skipped/],
  ],
  [
    'job',
    [
      /\[EC2 takes i-\w+ away in 3 s/,
      /^ *Test 1 of 60 passed$/m,
      // Whichever the end of the machine reaches first: the runner, or the step.
      /The runner has received a shutdown signal|Process completed with exit code 143/,
      /warning: .*Server\.SpotInstanceTermination.*is lost/,
      /● +interrupted i-/,
    ],
  ],
])('--fail %s tells its story, without saying anything twice, and leaves nothing behind', async (mode, story) => {
  const { code, text } = await rehearse(mode);
  for (const part of story) expect(text).toMatch(part);
  expect(text).toContain('Nothing is left:');
  expect([mode, code]).toEqual([mode, 1]);
  expect([mode, ...text.split(/^── /m).flatMap(findRepeated)]).toEqual([mode]);
});

/** Long lines of one step that come twice, whether as a warning or not. */
function findRepeated(step: string): string[] {
  const sentences = step.split('\n').map((line) => line.trim().replace(/^(warning|error|notice): /, ''));
  return sentences.filter((line, at) => line.length > 30 && sentences.indexOf(line) !== at);
}
