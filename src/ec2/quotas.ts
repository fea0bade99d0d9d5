import type { Market } from '../core/ports/catalog.js';

interface Quota {
  /** The name in Service Quotas. */
  readonly name: string;
  /** The letters before the first digit of an instance type: `g` of `g4dn.xlarge`. */
  readonly families: readonly string[];
  readonly codes: Readonly<Record<Market, string>>;
}

/**
 * EC2's vCPU quotas. The codes are the same in all regions.
 * Source: `aws service-quotas list-service-quotas --service-code ec2`.
 */
const QUOTAS: readonly Quota[] = [
  {
    name: 'Standard (A, C, D, H, I, M, R, T, Z)',
    families: ['a', 'c', 'd', 'h', 'i', 'im', 'is', 'm', 'r', 't', 'z'],
    codes: { 'on-demand': 'L-1216C47A', spot: 'L-34B43A08' },
  },
  { name: 'G and VT', families: ['g', 'gr', 'vt'], codes: { 'on-demand': 'L-DB2E81BA', spot: 'L-3819A6DF' } },
  { name: 'P', families: ['p'], codes: { 'on-demand': 'L-417A185B', spot: 'L-7212CCBC' } },
  { name: 'X', families: ['x'], codes: { 'on-demand': 'L-7295265B', spot: 'L-E3A00192' } },
  { name: 'F', families: ['f'], codes: { 'on-demand': 'L-74FC7D96', spot: 'L-88CF9481' } },
  { name: 'Inf', families: ['inf'], codes: { 'on-demand': 'L-1945791B', spot: 'L-B5D1601B' } },
  { name: 'Trn', families: ['trn'], codes: { 'on-demand': 'L-2C3B7624', spot: 'L-6B0D517C' } },
  { name: 'DL', families: ['dl'], codes: { 'on-demand': 'L-6E869C2A', spot: 'L-85EED4F7' } },
];

/** The quota that the type counts for; `undefined` for a family that is not in the table. */
export function quotaOf(instanceType: string): Quota | undefined {
  const family = /^[a-z]+/.exec(instanceType)?.[0] ?? '';
  return QUOTAS.find(({ families }) => families.includes(family));
}

/** The hint when the account may not run more vCPUs of the type's family in this market. */
export function adviseOnQuota(
  { instanceType, market }: { instanceType: string; market: Market },
  region: string,
): string {
  const quota = quotaOf(instanceType);
  if (!quota) return `Request more vCPUs of ${instanceType} (${market}) in ${region} in the Service Quotas console.`;
  const code = quota.codes[market];
  return (
    `Raise the quota ${quota.name} ${market} vCPUs (${code}) in ${region}: ` +
    `https://${region}.console.aws.amazon.com/servicequotas/home/services/ec2/quotas/${code}`
  );
}
