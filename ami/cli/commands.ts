import { copyImages, type Copied } from '../../src/core/images/copy.js';
import { prune, refuseUnfinished } from '../../src/core/images/prune.js';
import { publish, rollBack, type Published } from '../../src/core/images/publish.js';
import { survey } from '../../src/core/images/survey.js';
import { Failure } from '../../src/core/kernel/failure.js';
import type { ValuesOf } from '../../src/core/inputs/inputs.js';
import { builtInPresets, type BuiltInPreset } from '../../src/core/kernel/built-in-presets.js';
import { clock } from '../../src/host/clock.js';
import { nonce } from '../../src/host/nonce.js';
import { connectRegions, connectVersions } from './connect.js';
import * as option from './options.js';
import { renderImages, renderPruned } from './tables.js';
import type { createTerminal } from './terminal.js';
import type { Options } from './arguments.js';

type Terminal = ReturnType<typeof createTerminal>;

export interface Command<O extends Options = Options> {
  /** Completes "npm run ami -- NAME …". */
  readonly usage: string;
  /** One sentence, for the list of commands. */
  readonly summary: string;
  /** The rest, for its own `--help`. */
  readonly about: string;
  readonly options: O;
  /** Writes its result to stdout. @throws Failure */
  run(values: ValuesOf<O>, terminal: Terminal): Promise<void>;
}

/** Its own options' types for `run`, and those of any command for everybody else. */
function define<O extends Options>(command: Command<O>): Command {
  return command;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

export const commands: Readonly<Record<string, Command>> = {
  publish: define({
    usage: '--preset P --image ami-… [--region R]',
    summary: 'start-runner takes this image for this preset from now on',
    about:
      'Writes /ci-actions/ami/P in SSM and keeps what it was in /ci-actions/ami/P/previous. The image has to be\n' +
      'available, tagged for the preset and of its architecture, and GitHub must accept its runner. It gets a\n' +
      'deprecation date 60 days after it was built.',
    options: {
      '--preset': option.required(option.preset),
      '--image': option.required(option.image),
      '--region': option.region,
    },
    async run(values, log) {
      const [ec2] = await connectRegions(only(values['--region']), '--region');
      const request = { preset: values['--preset'], imageId: values['--image'] };
      say(describePublished(await publish(request, { ec2, log, versions: await connectVersions(), now: clock.now() })));
    },
  }),
  copy: define({
    usage: '--preset P --to R1,R2 [--image ami-…] [--region FROM] [--publish]',
    summary: 'copies an image to other regions and waits until it can be launched there',
    about:
      'Tags and name go along. A copy that is there already is taken as it is, so an interrupted command is simply\n' +
      'repeated. Regions are copied to side by side; one that fails does not end the others.',
    options: {
      '--preset': option.required(option.preset),
      '--to': option.required(option.targets),
      '--image': { ...option.image, description: 'The original. Default: the published one.' },
      '--region': { ...option.region, description: 'Where the original is. Default: the region of the credentials.' },
      '--publish': option.toggle('Also publish each copy in its region.'),
    },
    async run(values, log) {
      const [from] = await connectRegions(only(values['--region']), '--region');
      if (values['--to'].includes(from.region)) throw copyOntoItself(from.region);
      const to = await connectRegions(values['--to'], '--to');
      const imageId = values['--image'];
      const copied = await copyImages(
        { preset: values['--preset'], publish: values['--publish'], ...(imageId && { imageId }) },
        { from, to, versions: await connectVersions(), clock, nonce, log },
      );
      for (const one of copied) say(describeCopied(one));
      refuseFailed(copied);
    },
  }),
  prune: define({
    usage: '[--preset P|all] [--regions R1,R2] [--keep 3] [--dry-run]',
    summary: 'removes old images with their snapshots; --dry-run only says which',
    about:
      'Keeps the newest of each preset in each region, and every image that an SSM parameter of ours, any version of a\n' +
      'launch template or an instance uses. Where one of these questions gets no answer, nothing is removed in that\n' +
      'region. Also removes snapshots that an image left behind.',
    options: {
      '--preset': option.presetOrAll,
      '--regions': option.regions,
      '--keep': option.keep,
      '--dry-run': option.toggle('Say what would be removed, and why; remove nothing.'),
    },
    async run(values, log) {
      const regions = await connectRegions(values['--regions'], '--regions');
      const request = { presets: toPresets(values['--preset']), keep: values['--keep'], dryRun: values['--dry-run'] };
      const pruned = await prune(request, { regions, log, now: clock.now() });
      if (pruned.findings.length > 0) say(renderPruned(pruned.findings));
      else if (pruned.untouched.length === 0) log.info('There is no image of this suite.');
      if (request.dryRun) log.info('A dry run: nothing was removed.');
      refuseUnfinished(pruned);
    },
  }),
  list: define({
    usage: '[--preset P|all] [--regions R1,R2] [--json]',
    summary: 'shows the images: age, runner, days until GitHub refuses it, who uses it',
    about:
      'GitHub is asked with GITHUB_TOKEN (read access to the administration of GITHUB_REPOSITORY); without it, "?".\n' +
      '--json prints a list of objects in which null means "not known".',
    options: {
      '--preset': option.presetOrAll,
      '--regions': option.regions,
      '--json': option.toggle('Print JSON.'),
    },
    async run(values, log) {
      const regions = await connectRegions(values['--regions'], '--regions');
      const versions = await connectVersions();
      if ('why' in versions) log.info(`GitHub is not asked when it refuses which runner: ${versions.why}.`);
      const found = await survey(toPresets(values['--preset']), { regions, versions, log, now: clock.now() });
      if (values['--json']) say(JSON.stringify(found.images, null, 2));
      else if (found.images.length > 0) say(renderImages(found.images));
      for (const { preset, region } of found.missing) log.info(`There is no ${preset} image in ${region}.`);
      const [first, ...others] = found.failures;
      if (!first) return;
      for (const { region, failure } of others) log.warning(`${region}: ${failure.message}`);
      throw first.failure;
    },
  }),
  rollback: define({
    usage: '--preset P [--region R]',
    summary: 'goes back to the image that was published before; a second rollback undoes it',
    about: 'Swaps /ci-actions/ami/P and /ci-actions/ami/P/previous, if the image before still serves.',
    options: { '--preset': option.required(option.preset), '--region': option.region },
    async run(values, log) {
      const [ec2] = await connectRegions(only(values['--region']), '--region');
      const ports = { ec2, log, versions: await connectVersions(), now: clock.now() };
      say(describePublished(await rollBack(values['--preset'], ports)));
    },
  }),
};

/** One region, or what the credentials say. */
function only(region: string | undefined): readonly string[] | undefined {
  return region === undefined ? undefined : [region];
}

function toPresets(given: BuiltInPreset | 'all'): readonly BuiltInPreset[] {
  return given === 'all' ? builtInPresets : [given];
}

function describePublished({ preset, region, imageId, previous, changed }: Published): string {
  const before = previous === undefined ? 'there was none before' : `before: ${previous}`;
  return `${preset} in ${region}: ${imageId} is published${changed ? '' : ' already'} (${before}).`;
}

function describeCopied(copied: Copied): string {
  if ('failure' in copied) return `${copied.region}: FAILED, ${copied.failure.message}`;
  const { region, imageId, published } = copied;
  return published ? describePublished(published) : `${region}: ${imageId} can be launched.`;
}

function refuseFailed(copied: readonly Copied[]): void {
  const failed = copied.flatMap((one) => ('failure' in one ? [one.failure] : []));
  const [first] = failed;
  if (!first) return;
  if (failed.length === 1) throw first;
  throw new Failure(first.code, `${failed.length} of ${copied.length} copies failed.`, {
    hint: [...new Set(failed.map(({ hint }) => hint))].join(' '),
    details: failed.map(({ message }) => message),
  });
}

function copyOntoItself(region: string): Failure {
  return new Failure('bad-input', `\`--to\` names ${region}, where the original is; allowed: other regions.`, {
    hint: 'Leave it out of `--to`, or name the region of the original with `--region`. Nothing was copied.',
  });
}
