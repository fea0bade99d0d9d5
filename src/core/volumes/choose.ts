import { Failure } from '../kernel/failure.js';
import { repositoryOf, TAG, type Run } from '../kernel/identity.js';
import { volumeKeyOf, type DataVolumeRequest } from '../machine/data-volume-request.js';
import type { SubnetFacts } from '../ports/catalog.js';
import type { Plan } from '../ports/ec2.js';
import type { DataVolume, Snapshot } from '../ports/volumes.js';
import { findNewest, rankVolumes } from './rank.js';

/** What EC2 answered in one region. */
export interface RegionVolumes {
  readonly region: string;
  /** Volumes of the name, or the volume of the id. */
  readonly volumes: readonly DataVolume[];
  readonly snapshots: readonly Snapshot[];
  readonly defaultSubnets: readonly SubnetFacts[];
}

/** A volume that exists, a volume to create, or a copy for each machine. With the plans that can use it. */
export type Choice = { readonly plans: readonly Plan[] } & (
  | { readonly kind: 'use'; readonly region: string; readonly volume: DataVolume }
  | { readonly kind: 'create'; readonly region: string; readonly zone: string; readonly snapshot?: Snapshot }
  | { readonly kind: 'copy'; readonly snapshots: ReadonlyMap<string, Snapshot> }
);

export interface ChooseContext {
  readonly request: DataVolumeRequest;
  readonly run: Run;
  readonly answers: readonly RegionVolumes[];
  readonly plans: readonly Plan[];
  /** The subnets that the plans name. */
  readonly subnets: readonly SubnetFacts[];
  /** Epoch ms. */
  readonly now: number;
}

/** A plan that names its subnet, with its zone. */
interface ZonedPlan {
  readonly plan: Plan;
  readonly availabilityZone: string;
}

/** Decides which volume a start uses. @throws Failure `bad-input`, `data-volume-unusable` */
export function chooseVolume(context: ChooseContext): Choice {
  const { request, answers, now } = context;
  const zoned = listZoned(context);
  if (request.mode === 'copy') return chooseCopy(context);
  if (request.id !== undefined) return useById(context, zoned);
  const located = answers.flatMap(({ region, volumes }) => volumes.map((volume) => ({ region, volume })));
  const ranked = rankVolumes(
    located.map(({ volume }) => volume),
    now,
  );
  const reachable = ranked.find(({ availabilityZone }) =>
    zoned.some((one) => one.availabilityZone === availabilityZone),
  );
  if (reachable) return use(reachable, zoned);
  return create(context, zoned, ranked);
}

/** A plan without a subnet stands for the default subnet of each zone. */
function listZoned({ plans, subnets, answers }: ChooseContext): ZonedPlan[] {
  return plans.flatMap((plan): ZonedPlan[] => {
    if (plan.subnetId !== undefined) {
      const subnet = subnets.find(({ id }) => id === plan.subnetId);
      return subnet ? [{ plan, availabilityZone: subnet.availabilityZone }] : [];
    }
    const defaults = answers.find(({ region }) => region === plan.region)?.defaultSubnets ?? [];
    return defaults
      .toSorted((a, b) => (a.availabilityZone < b.availabilityZone ? -1 : 1))
      .map(({ id, availabilityZone }) => ({ plan: { ...plan, subnetId: id }, availabilityZone }));
  });
}

function plansIn(zone: string, zoned: readonly ZonedPlan[]): Plan[] {
  return zoned.flatMap(({ plan, availabilityZone }) => (availabilityZone === zone ? plan : []));
}

function use(volume: DataVolume, zoned: readonly ZonedPlan[]): Choice {
  const plans = plansIn(volume.availabilityZone, zoned);
  return { kind: 'use', region: plans[0]!.region, volume, plans };
}

function useById({ request: { id = '' }, run, answers }: ChooseContext, zoned: readonly ZonedPlan[]): Choice {
  const volume = answers.flatMap(({ volumes }) => volumes)[0];
  const regions = answers.map(({ region }) => region).join(', ');
  if (!volume) throw refuse(`volume ${id} does not exist in ${regions}.`);
  const owner = volume.tags[TAG.repository];
  // Without the other tags a sweep would delete it like any volume that a machine has left behind.
  const isKept = volume.tags[TAG.volume] !== undefined && volume.tags[TAG.keepUntil] !== undefined;
  if (owner !== repositoryOf(run) || !isKept) throw notOurs(volume, run);
  if (volume.state === 'error' || volume.state.startsWith('delet')) {
    throw new Failure('data-volume-unusable', `EC2 reports volume ${id} as ${volume.state}.`, {
      hint: 'Use another volume, or restore this one from a snapshot. Nothing was launched.',
    });
  }
  if (plansIn(volume.availabilityZone, zoned).length === 0) throw refuse(describeZones([volume], zoned));
  return use(volume, zoned);
}

function notOurs({ id, tags }: DataVolume, run: Run): Failure {
  const ours = repositoryOf(run);
  const owner = tags[TAG.repository];
  if (owner !== undefined && owner !== ours) return refuse(`volume ${id} belongs to ${owner}, not to ${ours}.`);
  const missing = [TAG.repository, TAG.volume, TAG.keepUntil].filter((key) => tags[key] === undefined);
  return new Failure('bad-input', `\`data-volume\`: volume ${id} has no tag ${missing.join(', ')}.`, {
    hint: `If it is for ${ours}, and may be deleted when its time is over, tag it: aws ec2 create-tags --resources ${id} --tags Key=${TAG.repository},Value=${ours} Key=${TAG.volume},Value=${id} Key=${TAG.keepUntil},Value=2099-01-01T00:00:00Z. Nothing was launched.`,
  });
}

/** A new volume, from the newest snapshot of its name if there is one. */
function create(
  { request, answers, plans }: ChooseContext,
  zoned: readonly ZonedPlan[],
  elsewhere: readonly DataVolume[],
): Choice {
  const key = volumeKeyOf(request);
  const regionOf = (snapshot: Snapshot) => answers.find(({ snapshots }) => snapshots.includes(snapshot))!.region;
  const snapshot = findNewest(answers.flatMap(({ snapshots }) => snapshots));
  if (!snapshot && elsewhere.length > 0) throw refuse(describeZones(elsewhere, zoned));
  if (!snapshot && request.sizeGiB === undefined) {
    throw refuse(`\`size-gib\` is missing; there is no volume \`${key}\` yet, and it is needed to create one.`);
  }
  const first = zoned.find(({ plan }) => !snapshot || plan.region === regionOf(snapshot));
  if (!first) throw refuse(`no zone is known for ${plans.map(({ region }) => region)[0]}; set \`subnet-id\`.`);
  const { plan, availabilityZone: zone } = first;
  return { kind: 'create', region: plan.region, zone, ...(snapshot && { snapshot }), plans: plansIn(zone, zoned) };
}

function chooseCopy({ request, answers, plans }: ChooseContext): Choice {
  const newest = answers.flatMap(({ region, snapshots }): [string, Snapshot][] => {
    const snapshot = findNewest(snapshots);
    return snapshot ? [[region, snapshot]] : [];
  });
  const snapshots = new Map(newest);
  const usable = plans.filter(({ region }) => snapshots.has(region));
  if (usable.length > 0) return { kind: 'copy', snapshots, plans: usable };
  const key = volumeKeyOf(request);
  const regions = [...new Set(plans.map(({ region }) => region))].join(', ');
  const pending = answers.some(({ snapshots: all }) => all.some(({ state }) => state === 'pending'));
  throw refuse(
    `\`mode\` is copy, and there is no ${pending ? 'finished ' : ''}snapshot of \`${key}\` in ${regions}; run a start with \`mode: use\` and \`snapshot: on-success\` first${pending ? ', or wait until the one being made is finished' : ''}.`,
  );
}

function describeZones(volumes: readonly DataVolume[], zoned: readonly ZonedPlan[]): string {
  const where = volumes.map(({ id, availabilityZone }) => `${id} is in ${availabilityZone}`).join(', ');
  const zones = [...new Set(zoned.map(({ availabilityZone }) => availabilityZone))].join(', ');
  return `${where}, and the subnets of the start are in ${zones}; allowed: a subnet in the volume's zone, or a snapshot of it (\`snapshot: on-success\`), from which it is created in another zone.`;
}

function refuse(sentence: string): Failure {
  return new Failure('bad-input', `\`data-volume\`: ${sentence}`, {
    hint: 'Correct it in the workflow. Nothing was launched.',
  });
}
