import { Failure } from './failure.js';
import { refuseOldRunner, resolveImage } from './image.js';
import type {
  Ec2,
  Ec2ByRegion,
  GitHub,
  Image,
  InstanceTypeFacts,
  Log,
  Plan,
  RootVolume,
  RunnerGroup,
  SecurityGroupFacts,
  SubnetFacts,
} from './ports.js';
import { chooseFrom, tryToLook, type Pooled } from './pool-look.js';
import { idsIn, place, regionsOf } from './region.js';
import type { StartRequest, VolumeWishes } from './request.js';
import type { Site } from './site.js';

/** Everything that is known before the first side effect. */
export interface Preflight {
  readonly plans: readonly Plan[];
  readonly sites: ReadonlyMap<string, Site>;
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
 * true or false by itself, {@link prepareSites} asks, which need not be over before the first side effect.
 *
 * @throws Failure
 */
export async function preflight(request: StartRequest, ports: PreflightPorts): Promise<Preflight> {
  const home = ports.ec2.region;
  const regions = regionsOf(request.subnetIds, home);
  const [surveys, group, pool] = await Promise.all([
    Promise.all(regions.map((region) => survey(request, { region, home }, ports))),
    chooseGroup(request, ports),
    tryToLook(request, regions, ports),
  ]);
  const plans = listPlans(request, surveys, home);
  const problems = surveys.flatMap((one) => one.problems);
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
  for (const { image } of surveys) refuseOldRunner(image);
  const sites = new Map(surveys.map((one) => [one.region, toSite(request, one)]));
  return { plans, groupId: group.id, sites, pooled: chooseFrom(pool, request, { plans, sites, ...ports }) };
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

interface Survey {
  readonly region: string;
  readonly image: Image;
  readonly types: readonly InstanceTypeFacts[];
  readonly securityGroupIds: readonly string[];
  readonly problems: string[];
}

async function survey(
  request: StartRequest,
  { region, home }: { region: string; home: string },
  ports: PreflightPorts,
): Promise<Survey> {
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
  const problems = [
    ...missing('subnet-id', subnetIds, { found: subnets, region }),
    ...missing('security-group-id', securityGroupIds, { found: groups, region }),
    ...checkNetwork(subnets, groups),
    ...checkTypes(request, image, types),
    ...checkVolume(request.volume, image),
  ];
  return { region, image, types, securityGroupIds, problems };
}

function toSite({ volume }: StartRequest, { region, image, securityGroupIds }: Survey): Site {
  return { region, image, securityGroupIds, rootVolume: fitVolume(volume, image) };
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

function checkVolume(volume: VolumeWishes, image: Image): string[] {
  if (volume.sizeGiB === undefined || volume.sizeIsDefault || volume.sizeGiB >= image.rootVolumeGiB) return [];
  return [
    `\`ec2-volume-size\` is ${volume.sizeGiB}; allowed with image ${image.id}: ${image.rootVolumeGiB} (GiB) or more.`,
  ];
}

/** The root device's name is the image's own: a mapping under another name would add a second volume. */
function fitVolume(wishes: VolumeWishes, image: Image): RootVolume {
  const { sizeGiB, type, iops, throughputMiBps, initializationRateMiBps } = wishes;
  return {
    deviceName: image.rootDeviceName,
    sizeGiB: Math.max(sizeGiB ?? 0, image.rootVolumeGiB),
    ...(type !== undefined && { type }),
    ...(iops !== undefined && { iops }),
    ...(throughputMiBps !== undefined && { throughputMiBps }),
    ...(initializationRateMiBps !== undefined && { initializationRateMiBps }),
  };
}

/** Every type in every subnet in every market: markets outermost, so that spot is tried everywhere first. */
function listPlans(request: StartRequest, surveys: readonly Survey[], home: string): Plan[] {
  const offered = new Map(
    surveys.map(({ region, types }) => [region, new Map(types.map((type) => [type.name, type]))]),
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
