// Prints the workflow from images.yml and containers.template.yml:
//   node ci/print-workflow.mjs [--check] [FILE]
// FILE is .github/workflows/containers.yml by default. With --check nothing is written, and the exit code is 1 if the file
// is not what would be printed.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readImages } from './images.mjs';

const HEADER =
  '# Printed from ci/images.yml and ci/containers.template.yml by `node ci/print-workflow.mjs`. Change those.\n';
/** In bytes. GitHub starts no run of a larger workflow, and does not say why (docs.github.com/en/actions/reference/limits). */
const MOST = 512_000;
const BEGIN = '  # Begin of the jobs of each image.\n';
const END = '  # End of the jobs of each image.\n';

/** The workflow's text. @throws {Error} when the template lacks a mark */
function render(template, images) {
  const [before, rest = ''] = template.split(BEGIN);
  const [jobs, after] = rest.split(END);
  if (after === undefined) throw new Error('containers.template.yml needs the lines that begin and end the jobs.');
  const all = images.map((image) => fillJobs(jobs, image)).join('\n');
  return HEADER + fillLists(before + all + after, images);
}

function fillJobs(text, { name, base, id }) {
  const built = base === undefined ? 'prepare' : `build_${base.replaceAll(/[.-]/g, '_')}`;
  return text
    .replaceAll('__IMAGE__', name)
    .replaceAll('__ID__', id)
    .replaceAll('__BASE__', base ?? "''")
    .replaceAll('__BASE_JOB__', built)
    .trimStart()
    .replace(/^/, '  ');
}

/** Lists of jobs, one a line, where the template has a line `- __ALL_TESTS__` or `- __ALL_JOBS__`. */
function fillLists(text, images) {
  const list = (steps) => images.flatMap(({ id }) => steps.map((step) => `${step}_${id}`));
  const lists = { __ALL_TESTS__: list(['test']), __ALL_JOBS__: list(['build', 'transfer', 'test']) };
  return text.replaceAll(/^( *- )(__ALL_\w+__)$/gm, (_, margin, name) =>
    lists[name].map((job) => margin + job).join('\n'),
  );
}

const check = process.argv.includes('--check');
const [file = '.github/workflows/containers.yml'] = process.argv.slice(2).filter((one) => one !== '--check');
try {
  const template = readFileSync(new URL('containers.template.yml', import.meta.url), 'utf8');
  const text = render(template, readImages());
  const size = Buffer.byteLength(text);
  if (size > MOST) throw new Error(`The workflow would have ${size} bytes; GitHub runs none of more than ${MOST}.`);
  const isPrinted = existsSync(file) && readFileSync(file, 'utf8') === text;
  if (!check) writeFileSync(file, text);
  else if (!isPrinted) throw new Error(`${file} differs from the list. Run \`node ci/print-workflow.mjs\`.`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
