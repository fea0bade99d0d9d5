import { Document, Scalar, YAMLSeq, type Node } from 'yaml';
import { PLACE, type PolicyDocument } from '../../iam/policy.js';
import { SUBJECT_BY_ID, trust } from '../../iam/trust.js';

/**
 * Puts printed policies between the markers of a template, indented like their markers.
 *
 * @throws Error when a marker is missing
 */
export function fillTemplate(template: string, documents: Readonly<Record<string, PolicyDocument>>): string {
  return Object.entries(documents).reduce((text, [name, document]) => {
    const place = new RegExp(`^( *)# ${name}: printed by npm run print\\n[^]*?^ *# end of ${name}$`, 'gm');
    if (!place.test(text)) throw new Error(`The template has no place for ${name}.`);
    return text.replace(place, (_, indent: string) => {
      const lines = renderYaml(document).map((line) => (line === '' ? line : `${indent}${line}`));
      return [`${indent}# ${name}: printed by npm run print`, ...lines, `${indent}# end of ${name}`].join('\n');
    });
  }, template);
}

/** CloudFormation's names for the placeholders of a policy that are part of a text. */
const NAMES: Readonly<Record<string, string>> = {
  [PLACE.account]: '${AWS::AccountId}',
  [PLACE.owner]: '${Owner}',
  [PLACE.ownerId]: '${OwnerId}',
  [PLACE.repository]: '${Repository}',
  [PLACE.repositoryId]: '${RepositoryId}',
  [PLACE.subject]: '${Subject}',
  [PLACE.bucket]: '${ExportBucket}',
  [PLACE.prefix]: '${ExportPrefix}',
  [PLACE.historyBucket]: '${HistoryBucket}',
  [PLACE.historyKey]: '${HistoryKey}',
};

/** CloudFormation's functions for whole texts. */
const WHOLE: Readonly<Record<string, () => Node>> = {
  [PLACE.regions]: () => choose('NamesRegions', call('!Ref', 'Regions'), call('!Ref', 'AWS::Region')),
  [PLACE.instanceTypes]: () => call('!Ref', 'InstanceTypes'),
  [`arn:aws:iam::${PLACE.account}:role/${PLACE.instanceRole}`]: () => call('!GetAtt', 'MachineRole.Arn'),
  [trust.Statement[0]!.Principal!['Federated']!]: () =>
    choose('MakesProvider', call('!Ref', 'OidcProvider'), call('!Ref', 'OidcProviderArn')),
  [SUBJECT_BY_ID]: () => choose('KnowsIds', call('!Sub', substitute(SUBJECT_BY_ID)), call('!Ref', 'AWS::NoValue')),
};

function renderYaml(document: PolicyDocument): string[] {
  // CloudFormation reads YAML 1.1, which takes the version of the policy language for a date unless it is quoted.
  const yaml = new Document(toCloudFormation(document), { version: '1.1' });
  return yaml.toString({ lineWidth: 0, singleQuote: true, directives: false }).trimEnd().split('\n');
}

function toCloudFormation(value: unknown): unknown {
  if (typeof value === 'string') return translate(value);
  if (Array.isArray(value)) return value.map(toCloudFormation);
  return Object.fromEntries(Object.entries(value as object).map(([key, one]) => [key, toCloudFormation(one)]));
}

function translate(text: string): unknown {
  const whole = WHOLE[text];
  if (whole) return whole();
  const translated = substitute(text);
  return translated === text ? text : call('!Sub', translated);
}

/** @throws Error for a placeholder without a name in CloudFormation, which would make the policy allow nothing */
function substitute(text: string): string {
  const escaped = text.replaceAll('${', '${!').replace(/^arn:aws:/, 'arn:${AWS::Partition}:');
  const translated = Object.entries(NAMES).reduce((all, [place, name]) => all.replaceAll(place, name), escaped);
  if (/[<>]/.test(translated)) throw new Error(`CloudFormation has no name for a place in ${text}.`);
  return translated;
}

function call(tag: string, text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.tag = tag;
  if (tag === '!Sub') scalar.type = 'QUOTE_SINGLE';
  return scalar;
}

function choose(condition: string, ...branches: readonly Scalar[]): YAMLSeq {
  const seq = new YAMLSeq();
  seq.tag = '!If';
  seq.flow = true;
  seq.items.push(new Scalar(condition), ...branches);
  return seq;
}
