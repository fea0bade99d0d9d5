import { nearest } from '../kernel/nearest.js';
import type { DataVolumeRequest } from '../machine/data-volume-request.js';
import { findVolumeProblems } from '../machine/volume.js';
import { findMountProblem } from './mounts.js';

/** What else decides whether a data volume is allowed. */
export interface ReadContext {
  readonly runnerHome: string;
  /** How many machines the start has. */
  readonly machines: number;
  readonly usesPool: boolean;
  readonly kmsKeyId: string | undefined;
}

type Members = Readonly<Record<string, unknown>>;

const TYPES = ['gp3', 'gp2', 'io1', 'io2', 'st1', 'sc1'];
const NAME = /^(?!vol-)[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const MEMBERS: Readonly<Record<string, { readonly allowed: string; test(value: string): boolean }>> = {
  name: {
    allowed: 'up to 64 letters, digits, `.`, `_` and `-`, not beginning with `vol-`',
    test: (one) => NAME.test(one),
  },
  id: { allowed: 'a volume id like vol-0a1b2c3d4e5f60718', test: (one) => /^vol-[0-9a-f]{8,17}$/.test(one) },
  mount: { allowed: 'an absolute path such as `/var/lib/docker`', test: (one) => one.startsWith('/') },
  'size-gib': range(1, 65_536),
  type: choice(...TYPES),
  iops: range(100, 256_000),
  throughput: range(125, 2_000),
  'when-attached': choice('refuse', 'detach', 'wait'),
  mode: choice('use', 'copy'),
  snapshot: choice('on-success'),
  'keep-snapshots': range(1, 100),
  'keep-days': range(1, 365),
};

/**
 * Reads the input `data-volume`.
 *
 * @param given the parsed YAML or JSON; or `key=value` lines, as a presets file gives a map
 * @returns the request, or every problem
 */
export function readDataVolume(given: unknown, context: ReadContext): DataVolumeRequest | readonly string[] {
  const document = typeof given === 'string' ? readLines(given) : given;
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return [
      `\`data-volume\` is ${JSON.stringify(document).slice(0, 80)}, which is no map; allowed: \`name\` or \`id\`, \`mount\`, and ${listOthers()}.`,
    ];
  }
  // An expression without a value leaves a key empty. An empty input counts as not given.
  const members = Object.entries(document).filter(([, value]) => value !== null && value !== '');
  const { texts, problems } = readTexts(Object.fromEntries(members));
  const request = compose(texts, context.kmsKeyId);
  // A member that has a problem of its own is not in `texts`; the checks of several members skip it.
  const names = new Set(members.map(([name]) => name));
  const all = [...problems, ...findGaps(names), ...checkTogether(request, names, context)];
  return all.length > 0 ? all.map((one) => `\`data-volume\`: ${one}`) : request;
}

function readLines(text: string): unknown {
  const lines = text.split('\n').map((line) => /^([\w-]+)=(.*)$/.exec(line));
  return lines.includes(null) ? text : Object.fromEntries(lines.map((line) => [line![1], line![2]]));
}

function readTexts(members: Members): { texts: Readonly<Record<string, string>>; problems: string[] } {
  const problems: string[] = [];
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(members)) {
    const member = Object.hasOwn(MEMBERS, name) ? MEMBERS[name] : undefined;
    const text = typeof value === 'string' || typeof value === 'number' ? `${value}`.trim() : '';
    if (!member) {
      const near = nearest(name, Object.keys(MEMBERS));
      problems.push(
        `\`${name}\` is not known${near ? `; did you mean \`${near}\`?` : ''}; allowed: ${Object.keys(MEMBERS).join(', ')}.`,
      );
    } else if (member.test(text)) texts[name] = text;
    else problems.push(`\`${name}\` is ${(JSON.stringify(value) ?? '').slice(0, 80)}; allowed: ${member.allowed}.`);
  }
  return { texts, problems };
}

function compose(texts: Readonly<Record<string, string>>, kmsKeyId: string | undefined): DataVolumeRequest {
  const { name, id, mount = '', type = 'gp3', iops, throughput, mode, snapshot } = texts;
  const size = texts['size-gib'];
  return {
    ...(name !== undefined && { name }),
    ...(id !== undefined && { id }),
    mount: mount.replace(/(?<=[^/])\/$/, ''),
    ...(size !== undefined && { sizeGiB: Number(size) }),
    type,
    ...(iops !== undefined && { iops: Number(iops) }),
    ...(throughput !== undefined && { throughputMiBps: Number(throughput) }),
    ...(kmsKeyId !== undefined && { kmsKeyId }),
    whenAttached: (texts['when-attached'] ?? 'refuse') as DataVolumeRequest['whenAttached'],
    mode: mode === 'copy' ? 'copy' : 'use',
    takesSnapshot: snapshot !== undefined,
    keepSnapshots: Number(texts['keep-snapshots'] ?? 3),
    keepDays: Number(texts['keep-days'] ?? 14),
  };
}

function findGaps(given: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  if (!given.has('name') && !given.has('id')) problems.push('`name` and `id` are missing; one of them is needed.');
  if (given.has('name') && given.has('id')) problems.push('`name` and `id` are both set; allowed: one of them.');
  if (!given.has('mount')) problems.push('`mount` is missing; allowed: an absolute path such as `/var/lib/docker`.');
  return problems;
}

/** Problems of members that do not fit together, or not with other inputs. */
function checkTogether(request: DataVolumeRequest, given: ReadonlySet<string>, context: ReadContext): string[] {
  const { mount, mode, sizeGiB, takesSnapshot } = request;
  const problems = findVolumeProblems(request, sizeGiB, NAMES);
  const mountProblem = mount === '' ? undefined : findMountProblem(mount, context.runnerHome);
  if (mountProblem !== undefined) problems.push(mountProblem);
  if (context.machines > 1 && mode === 'use') {
    problems.push(
      `\`mode\` is use, and \`count\` is ${context.machines}; allowed with several machines: \`mode: copy\`, because only one machine can use a volume.`,
    );
  }
  if (context.usesPool)
    problems.push('it is set together with `pool`; allowed: one of them. Pooled machines are not fresh.');
  if (mode === 'copy' && takesSnapshot) {
    problems.push('`snapshot` is set with `mode: copy`; allowed with `mode: use`. A copy ends with its machine.');
  }
  if (mode === 'copy' && given.has('when-attached')) {
    problems.push('`when-attached` is set with `mode: copy`; allowed with `mode: use`. Nothing else can hold a copy.');
  }
  if (given.has('keep-snapshots') && !takesSnapshot) {
    problems.push('`keep-snapshots` is set without `snapshot: on-success`, which makes them.');
  }
  return problems;
}

const NAMES = { size: 'size-gib', type: 'type', iops: 'iops', throughput: 'throughput' };

function range(min: number, max: number) {
  return {
    allowed: `a whole number from ${min} to ${max}`,
    test: (one: string) => /^\d{1,6}$/.test(one) && Number(one) >= min && Number(one) <= max,
  };
}

function choice(...choices: readonly string[]) {
  return { allowed: choices.map((one) => `\`${one}\``).join(', '), test: (one: string) => choices.includes(one) };
}

function listOthers(): string {
  return Object.keys(MEMBERS)
    .slice(3)
    .map((one) => `\`${one}\``)
    .join(', ');
}
