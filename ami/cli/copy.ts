import { flag, list, required, value } from '../../src/terminal/options.js';
import { Progress } from '../../src/terminal/progress.js';
import { copyImages, type Copied } from '../../src/core/images/copy.js';
import { Failure } from '../../src/core/kernel/failure.js';
import { clock } from '../../src/host/clock.js';
import { nonce } from '../../src/host/nonce.js';
import { defineCommand, printResult } from '../../src/commands/command.js';
import { connectRegions, connectVersions } from './connect.js';
import { describePublished } from './tables.js';
import { withProgress } from '../../src/commands/terminal.js';
import { image, preset, region } from './values.js';
import { plural } from '../../src/core/kernel/plural.js';

export default defineCommand({
  command: 'npm run ami -- copy',
  summary: 'copies an image to other regions and waits until it can be launched there',
  description:
    'The copies get the name and the tags of the original. A copy that exists is used as it is, so an\n' +
    'interrupted command can be repeated. Regions are copied to side by side, and a failure in one does\n' +
    'not stop the others. The command waits up to four hours for a copy.',
  options: {
    preset: required(value('The preset of the image.', preset)),
    to: required(list('The target regions.', region)),
    image: value('The original. Default: the published image.', image),
    region: value('The region of the original. Default: the region of the AWS credentials.', region),
    publish: flag('Also publish each copy in its region.'),
  },
  async run({ values }, terminal) {
    const [from] = await connectRegions(values.region, '--region');
    if (values.to.includes(from.region)) throw copyOntoItself(from.region);
    const to = await connectRegions(values.to, '--to');
    const progress = new Progress({ what: 'copies', total: to.length, estimate: false });
    try {
      const copied = await copyImages(
        { preset: values.preset, publish: values.publish, ...(values.image && { imageId: values.image }) },
        {
          from,
          to,
          versions: await connectVersions(),
          clock,
          nonce,
          log: withProgress(terminal, progress),
          onResult: () => progress.finish(),
        },
      );
      progress.close();
      for (const one of copied) printResult(describeCopied(one));
      refuseFailed(copied);
      return 0;
    } finally {
      progress.close();
    }
  },
});

function describeCopied(copied: Copied): string {
  if ('failure' in copied) return `${copied.region}: FAILED, ${copied.failure.message}`;
  const { region: where, imageId, published } = copied;
  return published ? describePublished(published) : `${where}: ${imageId} can be launched.`;
}

function refuseFailed(copied: readonly Copied[]): void {
  const failed = copied.flatMap((one) => ('failure' in one ? [one.failure] : []));
  const [first] = failed;
  if (!first) return;
  if (failed.length === 1) throw first;
  throw new Failure(first.code, `${failed.length} of ${plural(copied.length, 'copy', 'copies')} failed.`, {
    hint: [...new Set(failed.map(({ hint }) => hint))].join(' '),
    details: failed.map(({ message }) => message),
  });
}

function copyOntoItself(home: string): Failure {
  return new Failure('bad-input', `\`--to\` names ${home}, where the original is; allowed: other regions.`, {
    hint: 'Leave it out of `--to`, or name the region of the original with `--region`. Nothing was copied.',
  });
}
