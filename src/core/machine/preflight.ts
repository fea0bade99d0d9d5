import { Failure, messageOf } from '../kernel/failure.js';
import type { Image, InstanceTypeFacts, SubnetFacts } from '../ports/catalog.js';
import type { Ec2, Ec2ByRegion, Plan } from '../ports/ec2.js';
import type { GitHub, RunnerGroup } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import { findUnfitness } from './image-fit.js';
import { refuseOldRunner, resolveImage } from './image.js';
import { setupKeyOf, type RegionSetup } from './region-setup.js';
import type { MachineRequest, PlacedRequest } from './request.js';
import { checkNetworks, groupPlaces, imageKeyOf, listPlaces, type Place } from './places.js';
import { findMisfits, fitFurtherVolumes, fitVolume } from './volume.js';

/** The result of the preflight: everything that is known before the first side effect. */
export interface Preflight {
  readonly plans: readonly Plan[];
  readonly regionSetups: ReadonlyMap<string, RegionSetup>;
  readonly groupId: number;
  /** The subnets that the plans name. */
  readonly subnets: readonly SubnetFacts[];
  /** Absent for a repository's only group, and when the groups cannot be read. */
  readonly groupName?: string;
}

interface PreflightPorts {
  readonly ec2: Ec2;
  readonly ec2In: Ec2ByRegion;
  readonly github: GitHub;
  readonly log: Log;
}

/**
 * Checks, before anything is created, that the parts of a request fit together. All requests are sent side by side.
 * {@link prepareRegions} makes the checks that depend on the images; they may end after the first side effect.
 *
 * @throws Failure
 */
export async function preflight(request: PlacedRequest, ports: PreflightPorts): Promise<Preflight> {
  const { machine } = request;
  const places = listPlaces(machine, ports.ec2.region);
  const [answers, group] = await Promise.all([
    askRegions(machine, groupPlaces(places, imageKeyOf), ports),
    chooseGroup(request, ports),
  ]);
  const plans = listPlans(machine, places, answers);
  const problems = answers.flatMap((one) => one.problems);
  if (problems.length === 0 && plans.length === 0) {
    problems.push(
      `\`market-type\` is ${machine.markets.join(', ')}, in which none of ${machine.instanceTypes.join(', ')} is offered.`,
    );
  }
  if (problems.length > 0) {
    throw new Failure('bad-input', problems.length === 1 ? problems[0]! : 'The request does not fit together.', {
      hint: 'Correct the inputs named. Nothing was launched.',
      details: problems.length === 1 ? [] : problems,
    });
  }
  for (const { image } of answers) refuseOldRunner(image);
  const regionSetups = new Map(answers.flatMap((one) => toRegionSetups(machine, one)));
  const subnets = answers.flatMap((one) => one.subnets);
  return {
    plans,
    groupId: group.id,
    ...(group.name !== undefined && { groupName: group.name }),
    regionSetups,
    subnets,
  };
}

/**
 * Finds and checks the runner group. A repository has only one group, which only its own jobs use, so it needs no
 * check.
 */
async function chooseGroup(
  { scope, runnerGroup }: PlacedRequest,
  { github, log }: PreflightPorts,
): Promise<RunnerGroup> {
  if (scope.kind === 'repo' && runnerGroup === undefined) return { id: 1 };
  const group = await github.resolveGroup(runnerGroup);
  if (group.doubt !== undefined) log.info(group.doubt);
  return group;
}

interface RegionAnswers {
  readonly region: string;
  readonly places: readonly Place[];
  readonly image: Image;
  readonly types: readonly InstanceTypeFacts[];
  readonly subnets: readonly SubnetFacts[];
  readonly problems: string[];
}

/**
 * A region for which the credentials lack permissions is left out, with a warning. Only when no region is left does the
 * request fail.
 *
 * @throws Failure
 */
async function askRegions(
  machine: MachineRequest,
  groups: readonly (readonly Place[])[],
  ports: PreflightPorts,
): Promise<RegionAnswers[]> {
  const settled = await Promise.allSettled(groups.map((places) => askRegion(machine, places, ports)));
  const failed = settled.flatMap((one, at) =>
    one.status === 'rejected' ? { region: groups[at]![0]!.region, reason: one.reason as unknown } : [],
  );
  const isClosed = (reason: unknown) => reason instanceof Failure && reason.code === 'aws-not-authorized';
  const fatal = failed.find(({ reason }) => !isClosed(reason)) ?? (failed.length === groups.length && failed[0]);
  if (fatal) throw fatal.reason;
  for (const { region, reason } of failed) {
    ports.log.warning(`Nothing is launched in ${region}: ${messageOf(reason)} ${(reason as Failure).hint}`);
  }
  return settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
}

/** @param places of one region, with one image */
async function askRegion(
  machine: MachineRequest,
  places: readonly Place[],
  ports: PreflightPorts,
): Promise<RegionAnswers> {
  const { region, image: reference } = places[0]!;
  const ec2 = await ports.ec2In(region);
  const subnetIds = [...new Set(places.flatMap(({ subnetId }) => subnetId ?? []))];
  const securityGroupIds = [...new Set(places.flatMap((place) => place.securityGroupIds))];
  const [image, types, subnets, groups] = await Promise.all([
    resolveImage(reference, { ec2, log: ports.log }),
    ec2.describeTypes(machine.instanceTypes),
    subnetIds.length > 0 ? ec2.describeSubnets(subnetIds) : [],
    securityGroupIds.length > 0 ? ec2.describeSecurityGroups(securityGroupIds) : [],
  ]);
  const absent = machine.instanceTypes.filter((name) => !types.some((type) => type.name === name));
  if (absent.length > 0) ports.log.info(`Not offered in ${region} and left out: ${absent.join(', ')}.`);
  const fitting = types.filter((type) => findUnfitness(image, type) === undefined);
  if (fitting.length > 0) for (const sentence of describeUnfit(image, types)) ports.log.info(`Left out: ${sentence}`);
  const problems = [
    ...describeMissing('subnet-id', subnetIds, { found: subnets, region }),
    ...describeMissing('security-group-id', securityGroupIds, { found: groups, region }),
    ...checkNetworks(places, subnets, groups),
    ...checkTypes(machine, image, types),
    ...(fitting.length === 0 ? listUnfitProblems(image, types) : []),
    ...findMisfits(machine.volume, image, region),
  ];
  return { region, places, image, types: fitting, subnets, problems };
}

function toRegionSetups({ volume }: MachineRequest, { places, region, image }: RegionAnswers): [string, RegionSetup][] {
  const volumes = { rootVolume: fitVolume(volume, image), furtherVolumes: fitFurtherVolumes(volume, image) };
  return places.map((place) => [
    setupKeyOf(place),
    { region, image, securityGroupIds: place.securityGroupIds, ...volumes },
  ]);
}

function describeMissing(
  input: string,
  wanted: readonly string[],
  { found, region }: { found: readonly { readonly id: string }[]; region: string },
): string[] {
  return wanted
    .filter((id) => !found.some((one) => one.id === id))
    .map((id) => `\`${input}\` is "${id}", which this account does not have in ${region}.`);
}

function checkTypes(machine: MachineRequest, image: Image, types: readonly InstanceTypeFacts[]): string[] {
  const names = machine.instanceTypes.join(', ');
  if (types.length === 0) return [`\`ec2-instance-type\` is "${names}", none of which the region offers.`];
  return types.flatMap((type) => {
    if (!type.architectures.includes(image.architecture)) {
      const preset = type.architectures.includes('arm64') ? 'arm64' : 'amd64';
      return `\`ec2-instance-type\` ${type.name} is ${type.architectures.join('/')}, but image ${image.id} is ${image.architecture}; use an image of that architecture (\`preset: ${preset}\` has one) or another type.`;
    }
    if (machine.base === 'cuda' && type.gpus === 0) {
      return `\`ec2-instance-type\` ${type.name} has no GPU; allowed with \`preset: cuda\`: types with an NVIDIA GPU, such as g4dn.xlarge.`;
    }
    return [];
  });
}

/**
 * A problem for each type that cannot launch the image. They are reported only when no type is left; otherwise the
 * plans leave these types out.
 */
function listUnfitProblems(image: Image, types: readonly InstanceTypeFacts[]): string[] {
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
function listPlans(
  { markets, instanceTypes }: MachineRequest,
  places: readonly Place[],
  answers: readonly RegionAnswers[],
): Plan[] {
  const offered = new Map(
    answers.flatMap(({ places: answered, types }) =>
      answered.map((place) => [place, new Map(types.map((type) => [type.name, type]))]),
    ),
  );
  return markets.flatMap((market) =>
    instanceTypes.flatMap((instanceType) =>
      places
        .filter((place) => offered.get(place)?.get(instanceType)?.markets.includes(market))
        .map(({ region, subnetId, zone }) => ({
          instanceType,
          market,
          region,
          ...(subnetId !== undefined && { subnetId }),
          ...(zone !== undefined && { zone }),
        })),
    ),
  );
}
