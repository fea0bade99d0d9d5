// Judges every image of images.yml from the results of its jobs. NEEDS is GitHub's `toJSON(needs)`. Only evidence that the
// tests of the image that was built have passed makes an image green. The exit code is 1 if one image is not.
import { appendFileSync } from 'node:fs';
import { readImages } from './images.mjs';

const EVIDENCE = /^(?<verdict>passed|failed) (?<image>\S+) (?<digest>\S+) tests=(?<tests>\d+) run=(?<run>\d+)$/;
const STEPS = ['build', 'transfer', 'test'];
const ENDED = { failure: 'failed', cancelled: 'was canceled', skipped: 'was skipped' };

/**
 * @param image an image of the list
 * @returns {{ verdict: 'passed' | 'failed' | 'unknown', why: string }} `unknown`: nothing is known about the tests
 */
function judge(image, needs, images) {
  const [build, transfer, test] = STEPS.map((step) => needs[`${step}_${image.id}`]);
  const unknown = (why) => ({ verdict: 'unknown', why });
  if (!build || !transfer || !test) return unknown('the workflow has no jobs for it: run `node ci/print-workflow.mjs`');
  if (build.result !== 'success') return unknown(`not built: ${explainBuild(image, needs, images)}`);
  if (transfer.result !== 'success') return unknown(`not transferred: its job ${ENDED[transfer.result]}`);
  const evidence = EVIDENCE.exec(test.outputs.evidence ?? '')?.groups;
  if (test.result === 'success' && !evidence) return unknown('no evidence: its test job is green and says nothing');
  if (!evidence) return unknown(`not tested: its job ${ENDED[test.result]} before it had a result`);
  const { verdict, digest, tests, run } = evidence;
  if (evidence.image !== image.name || digest !== build.outputs.digest)
    return unknown(`the evidence is about another image: ${evidence.image} ${digest}`);
  if (verdict === 'failed') return { verdict, why: `${tests} tests failed in run ${run}` };
  if (test.result !== 'success') return unknown(`its tests passed, but its job ${ENDED[test.result]}`);
  if (Number(tests) === 0) return unknown('no test was run');
  return { verdict, why: `${tests} tests passed in run ${run}` };
}

/** Why an image was not built: the first cause, at the bottom of its bases. */
function explainBuild({ id, base }, needs, images) {
  const { result } = needs[`build_${id}`];
  if (result !== 'skipped') return `its build ${ENDED[result]}`;
  for (const job of ['start', 'prepare']) {
    if (needs[job].result !== 'success') return `the job ${job} ${ENDED[needs[job].result]}`;
  }
  const below = images.find(({ name }) => name === base);
  const ofBase = below && needs[`build_${below.id}`]?.result;
  if (ofBase === undefined || ofBase === 'success') return 'its build was skipped';
  return ofBase === 'skipped' ? explainBuild(below, needs, images) : `its base ${base} ${ENDED[ofBase]}`;
}

/** Jobs of images that are not in the list. */
function findStrangers(needs, images) {
  const known = new Set(['start', 'prepare', ...images.flatMap(({ id }) => STEPS.map((step) => `${step}_${id}`))]);
  return Object.keys(needs).filter((job) => !known.has(job));
}

const needs = JSON.parse(process.env.NEEDS ?? '{}');
const images = readImages();
const rows = images.map((image) => ({ ...image, ...judge(image, needs, images) }));
for (const { name, verdict, why } of rows) console.log(`${verdict.padEnd(7)}  ${name}: ${why}`);

const red = rows.filter(({ verdict }) => verdict !== 'passed');
const strangers = findStrangers(needs, images);
const title = `${rows.length - red.length} of ${rows.length} images passed`;
const table = [...red, ...rows.filter(({ verdict }) => verdict === 'passed')]
  .map(({ name, base = '', verdict, why }) => `| ${name} | ${base} | ${verdict} | ${why} |`)
  .join('\n');
const summary = `## ${title}\n\n| Image | Base | Verdict | Why |\n| --- | --- | --- | --- |\n${table}\n`;
if (process.env.GITHUB_STEP_SUMMARY) appendFileSync(process.env.GITHUB_STEP_SUMMARY, summary);
if (red.length > 0) console.log(`::error::${title}. Not: ${red.map(({ name }) => name).join(', ')}`);
if (strangers.length > 0)
  console.log(`::error::Jobs of no image of the list: ${strangers.join(', ')}. Run \`node ci/print-workflow.mjs\`.`);
process.exitCode = red.length + strangers.length > 0 ? 1 : 0;
