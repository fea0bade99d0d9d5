import { builtInMachine, builtInPresets } from '../../src/core/kernel/built-in-presets.js';
import { adviseOnQuota, quotaOf } from '../../src/ec2/quotas.js';
import type { Findings } from '../problems.js';
import { askAws, valueOf, type Programs } from '../program.js';

const MARKETS = ['on-demand', 'spot'] as const;
/** vCPUs of the first type of each built-in preset. */
const NEEDED = 4;

/** Says which presets the account's quotas do not allow. A new account often has a quota of 0 for GPUs and for spot. */
export async function checkQuotas(tools: Programs, region: string, findings: Findings): Promise<void> {
  const presets = builtInPresets.map((name) => ({ name, type: builtInMachine(name).types[0] }));
  const codes = new Map<string, { type: string; market: (typeof MARKETS)[number]; presets: string[] }>();
  for (const { name, type } of presets)
    for (const market of MARKETS) {
      const code = quotaOf(type)?.codes[market];
      if (code === undefined) continue;
      const found = codes.get(code) ?? { type, market, presets: [] };
      found.presets.push(name);
      codes.set(code, found);
    }
  const allowed = await readQuotas(tools, [...codes.keys()], region);
  for (const [code, { type, market, presets: names }] of codes) {
    const vcpus = allowed.get(code);
    if (vcpus === undefined || vcpus >= NEEDED) continue;
    const what = `The account may run ${vcpus} vCPUs of ${names.join(' and ')} ${market} in ${region}; a machine has ${NEEDED}.`;
    findings.remark(what, adviseOnQuota({ instanceType: type, market }, region));
  }
}

/** The quotas by code, without those that cannot be asked for. */
async function readQuotas(
  tools: Programs,
  codes: readonly string[],
  region: string,
): Promise<ReadonlyMap<string, number>> {
  const query = `Quotas[?contains('${codes.join(' ')}', QuotaCode)].{QuotaCode: QuotaCode, Value: Value}`;
  const args = ['service-quotas', 'list-service-quotas', '--service-code', 'ec2', '--region', region, '--query', query];
  const quotas = valueOf(await askAws<{ QuotaCode: string; Value: number }[]>(tools, args)) ?? [];
  return new Map(quotas.map(({ QuotaCode, Value }) => [QuotaCode, Value]));
}
