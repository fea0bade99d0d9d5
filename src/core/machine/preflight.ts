import { Failure, messageOf } from '../kernel/failure.js';
import { refuseOldRunner, resolveImage } from './image.js';
import type { Ec2, Ec2ByRegion, Plan } from '../ports/ec2.js';
import type { GitHub, RunnerGroup } from '../ports/github.js';
import type { Image, InstanceTypeFacts, SecurityGroupFacts, SubnetFacts } from '../ports/catalog.js';
import type { Log } from '../ports/process.js';
import { chooseFrom, tryToLook, type Pooled } from '../start/look-at-pool.js';
import { idsIn, place, regionsOf } from '../kernel/region.js';
import { findUnfitness } from './image-fit.js';
import type { StartRequest } from './request.js';
import type { RegionSetup } from './region-setup.js';
import { findMisfits, fitFurtherVolumes, fitVolume } from './volume.js';

/** Everything that is known before the first side effect. */
export interface Preflight {
  readonly plans: readonly Plan[];
  readonly regionSetups: ReadonlyMap<string, RegionSetup>;
  readonly groupId: number;
  /** Instances of the request's pool that may be claimed. */
  readonly pooled: readonly Pooled[];
}

interface PreflightPorts {
  readonly ec2: Ec2;
  readonly ec2In: Ec2ByRegion;
  readonly github: GitHub;
  readonly log: Log;
  readonly now: number;
}

/**
 * Asks all that must fit together before anything is created, side by side. What depends on the images and can only be
 * true or false by itself, {@link prepareRegions} asks, which need not be over before the first side effect.
 *
 * @throws Failure
 */
export async function preflight(request: StartRequest, ports: PreflightPorts): Promise<Preflight> {
  const home = ports.ec2.region;
  const regions = regionsOf(request.subnetIds, home);
  const [answers, group, pool] = await Promise.all([
    askRegions(regions, (region) => askRegion(request, { region, home }, ports), ports.log),
    chooseGroup(request, ports),
    tryToLook(request, regions, ports),
  ]);
  const plans = listPlans(request, answers, home);
  const problems = answers.flatMap((one) => one.problems);
  if (problems.length === 0 && plans.length === 0) {
    problems.push(
      `\`market-type\` is ${request.markets.join(', ')}, in which none of ${request.instanceTypes.join(', ')} is offered.`,
    );
  }
  if (problems.length > 0) {
    throw new Failure('bad-input', problems.length === 1 ? problems[0]! : 'The request does not fit together.', {
      hint: 'Correct the inputs named. Nothing was launched.',
      details: problems.length === 1 ? [] : problems,
    });
  }
  for (const { image } of answers) refuseOldRunner(image);
  const regionSetups = new Map(answers.map((one) => [one.region, toRegionSetup(request, one)]));
  return {
    plans,
    groupId: group.id,
    regionSetups,
    pooled: chooseFrom(pool, request, { plans, regionSetups, ...ports }),
  };
}

/** A repository has one group, and no one else's jobs there. */
async function chooseGroup(
  { scope, runnerGroup }: StartRequest,
  { github, log }: PreflightPorts,
): Promise<RunnerGroup> {
  if (scope.kind === 'repo' && runnerGroup === undefined) return { id: 1 };
  const group = await github.resolveGroup(runnerGroup);
  if (group.doubt !== undefined) log.info(group.doubt);
  return group;
}

interface RegionAnswers {
  readonly region: string;
  readonly image: Image;
  readonly types: readonly InstanceTypeFacts[];
  readonly securityGroupIds: readonly string[];
  readonly problems: string[];
}

/**
 * A region that the credentials may not use costs the plans in it, and the start only when none is left.
 *
 * @throws Failure
 */
async function askRegions(
  regions: readonly string[],
  ask: (region: string) => Promise<RegionAnswers>,
  log: Log,
): Promise<RegionAnswers[]> {
  const settled = await Promise.allSettled(regions.map(ask));
  const failed = settled.flatMap((one, at) =>
    one.status === 'rejected' ? { region: regions[at]!, reason: one.reason as unknown } : [],
  );
  const isClosed = (reason: unknown) => reason instanceof Failure && reason.code === 'aws-not-authorized';
  const fatal = failed.find(({ reason }) => !isClosed(reason)) ?? (failed.length === regions.length && failed[0]);
  if (fatal) throw fatal.reason;
  for (const { region, reason } of failed) {
    log.warning(`Nothing is launched in ${region}: ${messageOf(reason)} ${(reason as Failure).hint}`);
  }
  return settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
}

async function askRegion(
  request: StartRequest,
  { region, home }: { region: string; home: string },
  ports: PreflightPorts,
): Promise<RegionAnswers> {
  const ec2 = await ports.ec2In(region);
  const subnetIds = idsIn(region, request.subnetIds, home);
  const securityGroupIds = idsIn(region, request.securityGroupIds, home);
  const [image, types, subnets, groups] = await Promise.all([
    resolveImage(request.image, { ec2, log: ports.log }),
    ec2.describeTypes(request.instanceTypes),
    subnetIds.length > 0 ? ec2.describeSubnets(subnetIds) : [],
    securityGroupIds.length > 0 ? ec2.describeSecurityGroups(securityGroupIds) : [],
  ]);
  const absent = request.instanceTypes.filter((name) => !types.some((type) => type.name === name));
  if (absent.length > 0) ports.log.info(`Not offered in ${region} and left out: ${absent.join(', ')}.`);
  const fitting = types.filter((type) => findUnfitness(image, type) === undefined);
  if (fitting.length > 0) for (const sentence of describeUnfit(image, types)) ports.log.info(`Left out: ${sentence}`);
  const problems = [
    ...missing('subnet-id', subnetIds, { found: subnets, region }),
    ...missing('security-group-id', securityGroupIds, { found: groups, region }),
    ...checkNetwork(subnets, groups),
    ...checkTypes(request, image, types),
    ...(fitting.length === 0 ? refuseUnfit(image, types) : []),
    ...findMisfits(request.volume, image, region),
  ];
  return { region, image, types: fitting, securityGroupIds, problems };
}

function toRegionSetup({ volume }: StartRequest, { region, image, securityGroupIds }: RegionAnswers): RegionSetup {
  const volumes = { rootVolume: fitVolume(volume, image), furtherVolumes: fitFurtherVolumes(volume, image) };
  return { region, image, securityGroupIds, ...volumes };
}

function checkNetwork(subnets: readonly SubnetFacts[], groups: readonly SecurityGroupFacts[]): string[] {
  const vpcs = new Set([...subnets, ...groups].map(({ vpcId }) => vpcId));
  if (vpcs.size <= 1) return [];
  const places = [...subnets, ...groups].map(({ id, vpcId }) => `${id} in ${vpcId}`).join(', ');
  return [
    `\`subnet-id\` and \`security-group-id\` belong to different networks: ${places}; allowed: one VPC in a region.`,
  ];
}

function missing(
  input: string,
  wanted: readonly string[],
  { found, region }: { found: readonly { readonly id: string }[]; region: string },
): string[] {
  return wanted
    .filter((id) => !found.some((one) => one.id === id))
    .map((id) => `\`${input}\` is "${id}", which this account does not have in ${region}.`);
}

function checkTypes(request: StartRequest, image: Image, types: readonly InstanceTypeFacts[]): string[] {
  const given = request.instanceTypes.join(', ');
  if (types.length === 0) return [`\`ec2-instance-type\` is "${given}", none of which the region offers.`];
  return types.flatMap((type) => {
    if (!type.architectures.includes(image.architecture)) {
      const preset = type.architectures.includes('arm64') ? 'arm64' : 'amd64';
      return `\`ec2-instance-type\` ${type.name} is ${type.architectures.join('/')}, but image ${image.id} is ${image.architecture}; use an image of that architecture (\`preset: ${preset}\` has one) or another type.`;
    }
    if (request.base === 'cuda' && type.gpus === 0) {
      return `\`ec2-instance-type\` ${type.name} has no GPU; allowed with \`preset: cuda\`: types with an NVIDIA GPU, such as g4dn.xlarge.`;
    }
    return [];
  });
}

/** Only where no type is left: one that is not refused by EC2 makes the others dispensable. */
function refuseUnfit(image: Image, types: readonly InstanceTypeFacts[]): string[] {
  return describeUnfit(image, types).map(
    (sentence) => `\`ec2-instance-type\` ${sentence} Name another type, or another image in \`ec2-image-id\`.`,
  );
}

function describeUnfit(image: Image, types: readonly InstanceTypeFacts[]): string[] {
  return types.flatMap((type) => {
    const why = findUnfitness(image, type);
    return why === undefined ? [] : `${type.name} cannot launch image ${image.id}: ${why}.`;
  });
}

/** Every type in every subnet in every market: markets outermost, so that spot is tried everywhere first. */
function listPlans(request: StartRequest, answers: readonly RegionAnswers[], home: string): Plan[] {
  const offered = new Map(
    answers.map(({ region, types }) => [region, new Map(types.map((type) => [type.name, type]))]),
  );
  const places: { region: string; subnetId?: string }[] =
    request.subnetIds.length > 0
      ? request.subnetIds.map((given) => place(given, home)).map(({ region, id }) => ({ region, subnetId: id }))
      : [{ region: home }];
  return request.markets.flatMap((market) =>
    request.instanceTypes.flatMap((instanceType) =>
      places
        .filter(({ region }) => offered.get(region)?.get(instanceType)?.markets.includes(market))
        .map((where) => ({ instanceType, market, ...where })),
    ),
  );
}
