import { PLACE, type PolicyDocument } from '../../iam/policy.js';
import { SUBJECT_BY_ID, trust } from '../../iam/trust.js';

/** Renders policies as the locals of the Terraform module, one local per document, in the format of `terraform fmt`. */
export function renderLocals(documents: Readonly<Record<string, PolicyDocument>>): string {
  const locals = Object.entries(documents).map(
    ([name, document]) => `  ${name.replaceAll('-', '_')} = ${renderValue(document, '  ')}`,
  );
  return [
    '# The policies of the roles. Printed from iam/*.ts by `npm run print`, as those of iam/ci-actions.yml are.',
    `locals {\n${locals.join('\n\n')}\n}\n`,
  ].join('\n');
}

/** Terraform's names for the placeholders of a policy that are part of a text. */
const NAMES: Readonly<Record<string, string>> = {
  [PLACE.account]: '${local.account}',
  [PLACE.owner]: '${var.owner}',
  [PLACE.ownerId]: '${var.owner_id}',
  [PLACE.repository]: '${var.repository}',
  [PLACE.repositoryId]: '${var.repository_id}',
  [PLACE.subject]: '${var.subject}',
  [PLACE.bucket]: '${var.export_bucket}',
  [PLACE.prefix]: '${var.export_prefix}',
  [PLACE.historyBucket]: '${var.history_bucket}',
  [PLACE.historyKey]: '${var.history_key}',
};

/** Terraform's expressions for whole texts. */
const WHOLE: Readonly<Record<string, string>> = {
  [PLACE.regions]: 'local.regions',
  [PLACE.instanceTypes]: 'var.instance_types',
  [`arn:aws:iam::${PLACE.account}:role/${PLACE.instanceRole}`]: 'local.machine_role_arn',
  [trust.Statement[0]!.Principal!['Federated']!]: 'local.oidc_provider_arn',
  // compact() removes an empty text from the list of subjects.
  [SUBJECT_BY_ID]: `local.knows_ids ? ${quote(SUBJECT_BY_ID)} : ""`,
};

function renderValue(value: unknown, indent: string): string {
  if (typeof value === 'string') return WHOLE[value] ?? quote(value);
  if (Array.isArray(value)) return renderList(value, indent);
  const entries = Object.entries(value as object).map(([key, one]) => ({
    key: /^[A-Za-z]\w*$/.test(key) ? key : JSON.stringify(key),
    text: renderValue(one, `${indent}  `),
  }));
  const lines = entries.map(({ key, text }, at) => `${indent}  ${key.padEnd(widthAt(entries, at))} = ${text}`);
  return `{\n${lines.join('\n')}\n${indent}}`;
}

function renderList(values: readonly unknown[], indent: string): string {
  const items = values.map((one) => renderValue(one, `${indent}  `));
  const call = values.includes(SUBJECT_BY_ID) ? ['compact([', '])'] : ['[', ']'];
  if (items.length === 1 && !items[0]!.includes('\n')) return `${call[0]}${items[0]}${call[1]}`;
  return `${call[0]}\n${items.map((item) => `${indent}  ${item},\n`).join('')}${indent}${call[1]}`;
}

/** The width of the keys that `terraform fmt` aligns: of neighboring entries with one line each. */
function widthAt(entries: readonly { readonly key: string; readonly text: string }[], at: number): number {
  const isLong = (index: number) => entries[index]?.text.includes('\n') ?? true;
  if (isLong(at)) return 0;
  let [first, last] = [at, at];
  while (!isLong(first - 1)) first -= 1;
  while (!isLong(last + 1)) last += 1;
  return Math.max(...entries.slice(first, last + 1).map(({ key }) => key.length));
}

/** @throws Error for a placeholder without a name in Terraform, which would make the policy allow nothing */
function quote(text: string): string {
  const escaped = JSON.stringify(text)
    .replaceAll('${', () => '$${')
    .replace(/^"arn:aws:/, '"arn:${local.partition}:');
  const translated = Object.entries(NAMES).reduce((all, [place, name]) => all.replaceAll(place, name), escaped);
  if (/[<>]/.test(translated)) throw new Error(`Terraform has no name for a place in ${text}.`);
  return translated;
}
