import { Findings } from '../problems.js';
import { askAws, firstLine, valueOf, type Programs } from '../program.js';

export interface AwsAccount {
  readonly account: string;
  readonly user: string;
  readonly partition: string;
  readonly region: string;
}

const REGION_HINT = 'Give `--region us-east-1`, or another region.';

/** Who is logged in, and whether the region can be used. @returns `undefined` after a problem */
export async function readAccount(
  tools: Programs,
  wanted: string | undefined,
  findings: Findings,
): Promise<AwsAccount | undefined> {
  const region = wanted ?? (await defaultRegion(tools));
  // Apart from what is wrong elsewhere: the rest of AWS is looked at as long as the region can be used.
  const regional = new Findings();
  if (!region) regional.problem('No region is chosen.', REGION_HINT);
  const identity = await askAws<{ Account: string; Arn: string }>(tools, [
    'sts',
    'get-caller-identity',
    ...(region ? ['--region', await regionToAskIn(tools, region, regional)] : ['--region', 'us-east-1']),
  ]);
  findings.problems.push(...regional.problems);
  if (identity.kind !== 'value') {
    const why = identity.kind === 'unknown' ? identity.why : 'no identity';
    findings.problem(`aws cannot use AWS: ${why}`, 'Log in with `aws sso login`, or run `aws configure`.');
    return undefined;
  }
  const { Account: account, Arn: user } = identity.value;
  if (!region || regional.problems.length > 0) return undefined;
  return { account, user, partition: user.split(':')[1] ?? 'aws', region };
}

async function defaultRegion(tools: Programs): Promise<string | undefined> {
  const set = process.env['AWS_REGION'] || process.env['AWS_DEFAULT_REGION'];
  if (set) return set;
  return (await tools.run('aws', ['configure', 'get', 'region'])).stdout.trim() || undefined;
}

/** A region that is not opted in refuses every request, so another one is asked about it. */
async function regionToAskIn(tools: Programs, region: string, findings: Findings): Promise<string> {
  const home = region.startsWith('cn-') ? 'cn-north-1' : region.startsWith('us-gov-') ? 'us-gov-west-1' : 'us-east-1';
  type Regions = { Regions: { OptInStatus: string }[] };
  const args = ['ec2', 'describe-regions', '--all-regions', '--region-names', region, '--region', home];
  const answer = await askAws<Regions>(tools, args, ['InvalidParameterValue']);
  const status = valueOf(answer)?.Regions[0]?.OptInStatus;
  if (answer.kind === 'absent' || (answer.kind === 'value' && status === undefined))
    findings.problem(`AWS has no region ${region}.`, REGION_HINT);
  if (status === 'not-opted-in')
    findings.problem(
      `The region ${region} is not enabled in this account.`,
      `Run \`aws account enable-region --region-name ${region}\` (it takes minutes to hours), or give another \`--region\`.`,
    );
  return home;
}

/** GitHub's OpenID Connect provider of the account. */
export async function readProvider(
  tools: Programs,
  region: string,
  findings: Findings,
): Promise<{ readonly arn: string | undefined } | undefined> {
  type Providers = { OpenIDConnectProviderList: { Arn: string }[] };
  const answer = await askAws<Providers>(tools, ['iam', 'list-open-id-connect-providers', '--region', region]);
  if (answer.kind === 'value') {
    const all = answer.value.OpenIDConnectProviderList.map(({ Arn }) => Arn);
    return { arn: all.find((arn) => arn.endsWith('/token.actions.githubusercontent.com')) };
  }
  findings.problem(
    `AWS does not list the OpenID Connect providers: ${answer.kind === 'unknown' ? answer.why : ''}`,
    'Use a login that may manage IAM roles and CloudFormation stacks, such as AdministratorAccess.',
  );
  return undefined;
}

/** Whether EC2 may ask for spot machines in this account. Unknown counts as yes: creating it again is refused. */
export async function hasSpotRole(tools: Programs, region: string): Promise<boolean> {
  const args = ['iam', 'list-roles', '--path-prefix', '/aws-service-role/spot.amazonaws.com/', '--region', region];
  return valueOf(await askAws<{ Roles: unknown[] }>(tools, args))?.Roles.length !== 0;
}

/** Ids of machines of the repository that still exist. */
export async function listMachines(
  tools: Programs,
  repository: string,
  region: string,
): Promise<readonly string[] | string> {
  const ran = await tools.run('aws', [
    'ec2',
    'describe-instances',
    `--region=${region}`,
    '--output=text',
    '--query=Reservations[].Instances[].InstanceId',
    '--filters',
    `Name=tag:ci-actions:repository,Values=${repository}`,
    'Name=instance-state-name,Values=pending,running,stopping,stopped',
  ]);
  return ran.code === 0 ? ran.stdout.split(/\s+/).filter((id) => id !== '') : firstLine(ran.stderr);
}
