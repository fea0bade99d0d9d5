import { deleteKept, findKept, refuseUndeleted } from '../../src/core/volumes/manage.js';
import { clock } from '../../src/host/clock.js';
import { flag, list, text, value } from '../../src/terminal/options.js';
import { defineCommand, printResult } from '../../src/commands/command.js';
import { connectVolumesIn } from './connect.js';
import { renderDeleted, renderVolumes } from './tables.js';
import { region } from './values.js';

const repository = text('OWNER/REPO', {
  matches: /^[\w.-]+\/[\w.-]+$/,
  allowed: 'a repository like octo-org/octo-repo',
});
const target = text('NAME|ID', {
  matches: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  allowed: "a volume's name, or an id like vol-0a1b2c3d4e5f60718 or snap-0a1b2c3d4e5f60718",
});

export default defineCommand({
  command: 'npm run ami -- volumes',
  summary: 'prints the data volumes and their snapshots with their cost; --delete removes some',
  description:
    'Lists everything that carries the name of a data volume: see docs/volumes.md. --delete with a name\n' +
    'removes the volumes and snapshots of this name, with an id exactly that one; what an instance holds\n' +
    'stays. --json prints a list of objects in which null means "not known".',
  options: {
    regions: list('The regions. Default: the region of the AWS credentials.', region),
    repository: value("Only this repository's. Default: those of every repository.", repository),
    delete: value('What to delete.', target),
    'dry-run': flag('With --delete: print what would be deleted; delete nothing.'),
    json: flag('Print JSON.'),
  },
  async run({ values }, log) {
    const regions = await connectVolumesIn(values.regions, '--regions');
    const found = await findKept(regions, { repository: values.repository, now: clock.now() });
    if (values.delete === undefined) {
      const listed = found.map((one) => one.listed);
      if (values.json) printResult(JSON.stringify(listed, null, 2));
      else if (listed.length > 0) printResult(renderVolumes(listed));
      if (listed.length === 0) log.info('There is no data volume.');
      return 0;
    }
    const deleted = await deleteKept(found, { target: values.delete, dryRun: values['dry-run'] }, log);
    printResult(values.json ? JSON.stringify(deleted, null, 2) : renderDeleted(deleted));
    if (values['dry-run']) log.info('A dry run: nothing was deleted.');
    refuseUndeleted(deleted);
    return 0;
  },
});
