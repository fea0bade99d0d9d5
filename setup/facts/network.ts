import type { Findings } from '../problems.js';
import { askAws, valueOf, type Programs } from '../program.js';

interface Subnet {
  SubnetId: string;
  VpcId: string;
  MapPublicIpOnLaunch?: boolean;
}

interface RouteTable {
  Associations?: { Main?: boolean; SubnetId?: string }[];
  Routes?: { DestinationCidrBlock?: string; State?: string; GatewayId?: string; NatGatewayId?: string }[];
}

/** EC2's code, whose second half the aws CLI prints after a point. */
const NO_SUBNET = 'InvalidSubnetID.NotFound';

/** The network for machines: of the subnet, or the default one of the region. @returns the VPC's id */
export async function readNetwork(
  tools: Programs,
  { region, subnet }: { readonly region: string; readonly subnet: string | undefined },
  findings: Findings,
): Promise<string | undefined> {
  const ask = <T>(...args: string[]) =>
    askAws<T>(tools, ['ec2', ...args, '--region', region], [NO_SUBNET, 'InvalidSubnetId.Malformed']);
  const filter = subnet ? ['--subnet-ids', subnet] : ['--filters', 'Name=default-for-az,Values=true'];
  const answer = await ask<{ Subnets: Subnet[] }>('describe-subnets', ...filter);
  if (answer.kind === 'unknown') {
    findings.problem(`AWS does not list subnets in ${region}: ${answer.why}`, 'Use a login that may read EC2.');
    return undefined;
  }
  const subnets = valueOf(answer)?.Subnets ?? [];
  const vpc = subnets[0]?.VpcId;
  if (!vpc) {
    if (subnet) findings.problem(`There is no subnet ${subnet} in ${region}.`, 'Correct `--subnet` or `--region`.');
    else
      findings.problem(
        `The account has no default VPC with subnets in ${region}.`,
        `Make one with \`aws ec2 create-default-vpc --region ${region}\`, or name a subnet that reaches the internet with \`--subnet\`.`,
      );
    return undefined;
  }
  const tables = await ask<{ RouteTables: RouteTable[] }>(
    'describe-route-tables',
    '--filters',
    `Name=vpc-id,Values=${vpc}`,
  );
  if (tables.kind === 'value') checkWayOut(subnets, tables.value.RouteTables, findings);
  return vpc;
}

/** A machine fetches its runner from GitHub, so at least one subnet needs a way to the internet. */
function checkWayOut(subnets: readonly Subnet[], tables: readonly RouteTable[], findings: Findings): void {
  const ways = subnets.map((subnet) => ({ subnet, way: wayOut(subnet, tables) }));
  const names = ways.map(({ subnet }) => subnet.SubnetId).join(', ');
  const open = ways.filter(({ way }) => way !== undefined);
  if (open.length === 0) {
    findings.problem(
      `No subnet has a route to the internet, where machines find GitHub: ${names}.`,
      'Add a route for 0.0.0.0/0 to an internet gateway or a NAT gateway, or give another `--subnet`.',
    );
  } else if (open.every(({ subnet, way }) => way === 'internet gateway' && subnet.MapPublicIpOnLaunch === false)) {
    findings.problem(
      `The subnets give machines no public address, without which an internet gateway is no way out: ${names}.`,
      'Switch on "auto-assign public IPv4 address" of the subnet, use a NAT gateway, or give another `--subnet`.',
    );
  }
}

function wayOut({ SubnetId }: Subnet, tables: readonly RouteTable[]): 'internet gateway' | 'other' | undefined {
  const own = tables.find(({ Associations = [] }) => Associations.some((one) => one.SubnetId === SubnetId));
  const main = tables.find(({ Associations = [] }) => Associations.some((one) => one.Main));
  const route = (own ?? main)?.Routes?.find(
    ({ DestinationCidrBlock, State }) => DestinationCidrBlock === '0.0.0.0/0' && State !== 'blackhole',
  );
  if (!route) return undefined;
  return route.GatewayId?.startsWith('igw-') ? 'internet gateway' : 'other';
}
