import { Failure } from './failure.js';
import { checkRunnerVersion, resolveImage } from './image.js';
import { TAG } from './identity.js';
import type {
  Architecture,
  Ec2,
  GitHub,
  Image,
  InstanceTypeFacts,
  Log,
  Plan,
  RootVolume,
  RunnerDownload,
  SecurityGroupFacts,
  SubnetFacts,
} from './ports.js';
import type { StartRequest, VolumeWishes } from './request.js';

/** Everything that is known before the first side effect. */
export interface Preflight {
  readonly image: Image;
  readonly plans: readonly Plan[];
  readonly rootVolume: RootVolume;
  readonly groupId: number;
  /** Absent when the image holds a runner. */
  readonly download?: RunnerDownload;
}

/** Asks all that can be asked before anything is created, side by side. @throws Failure */
export async function preflight(
  request: StartRequest,
  ports: { ec2: Ec2; github: GitHub; log: Log; now: number },
): Promise<Preflight> {
  const { ec2, github, log } = ports;
  const [image, types, subnets, groups, groupId] = await Promise.all([
    resolveImage(request.image, ports),
    ec2.describeTypes(request.instanceTypes),
    request.subnetIds.length > 0 ? ec2.describeSubnets(request.subnetIds) : [],
    request.securityGroupIds.length > 0 ? ec2.describeSecurityGroups(request.securityGroupIds) : [],
    request.runnerGroup === undefined ? 1 : github.resolveGroup(request.runnerGroup),
  ]);
  const problems = [
    ...checkNetwork(request, subnets, groups, ec2.region),
    ...checkTypes(request, image, types),
    ...checkVolume(request.volume, image),
  ];
  if (problems.length > 0) {
    throw new Failure('bad-input', problems.length === 1 ? problems[0]! : 'The request does not fit together.', {
      hint: 'Correct the inputs named. Nothing was launched.',
      details: problems.length === 1 ? [] : problems,
    });
  }
  const [, download] = await Promise.all([checkRunnerVersion(image, ports), findDownload(request, image, github)]);
  const common = {
    image,
    plans: listPlans(request, types, log),
    rootVolume: fitVolume(request.volume, image),
    groupId,
  };
  return download ? { ...common, download } : common;
}

function checkNetwork(
  request: StartRequest,
  subnets: readonly SubnetFacts[],
  groups: readonly SecurityGroupFacts[],
  region: string,
): string[] {
  const problems = [
    ...missing(
      'subnet-id',
      request.subnetIds,
      subnets.map(({ id }) => id),
      region,
    ),
    ...missing(
      'security-group-id',
      request.securityGroupIds,
      groups.map(({ id }) => id),
      region,
    ),
  ];
  const vpcs = new Set([...subnets, ...groups].map(({ vpcId }) => vpcId));
  if (vpcs.size > 1) {
    const places = [...subnets, ...groups].map(({ id, vpcId }) => `${id} in ${vpcId}`).join(', ');
    problems.push(`\`subnet-id\` and \`security-group-id\` belong to different networks: ${places}; allowed: one VPC.`);
  }
  return problems;
}

function missing(input: string, wanted: readonly string[], found: readonly string[], region: string): string[] {
  return wanted
    .filter((id) => !found.includes(id))
    .map((id) => `\`${input}\` is "${id}", which this account does not have in ${region}.`);
}

function checkTypes(request: StartRequest, image: Image, types: readonly InstanceTypeFacts[]): string[] {
  const given = request.instanceTypes.join(', ');
  if (types.length === 0) return [`\`ec2-instance-type\` is "${given}", none of which this region offers.`];
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

/** An image of ours, or one with a runner where the user says, installs nothing. */
async function findDownload(request: StartRequest, image: Image, github: GitHub): Promise<RunnerDownload | undefined> {
  if (image.tags[TAG.runnerVersion] !== undefined || request.runnerHome !== undefined) return undefined;
  return github.findDownload(request.runnerVersion, image.architecture as Architecture);
}

/** Every type in every subnet in every market: markets outermost, so that spot is tried everywhere first. */
function listPlans(request: StartRequest, types: readonly InstanceTypeFacts[], log: Log): Plan[] {
  const known = new Map(types.map((type) => [type.name, type]));
  const absent = request.instanceTypes.filter((name) => !known.has(name));
  if (absent.length > 0) log.info(`Not offered in this region and left out: ${absent.join(', ')}.`);
  const subnets: (string | undefined)[] = request.subnetIds.length > 0 ? [...request.subnetIds] : [undefined];
  return request.markets.flatMap((market) =>
    request.instanceTypes
      .filter((name) => known.get(name)?.markets.includes(market))
      .flatMap((instanceType) =>
        subnets.map((subnetId) =>
          subnetId === undefined ? { instanceType, market } : { instanceType, subnetId, market },
        ),
      ),
  );
}
