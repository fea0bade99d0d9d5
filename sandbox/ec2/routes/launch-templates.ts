import type { Params } from '../query/params.js';
import { applyFilters, cutPage } from '../query/select.js';
import type { XmlValue } from '../query/xml.js';
import { Ec2Error, refuseValue } from '../world/errors.js';
import type { LaunchTemplateRecord } from '../world/records.js';
import { ACCOUNT } from '../world/seed.js';
import type { Ec2World } from '../world/world.js';
import { renderTags } from './tags.js';

type Answer = { [element: string]: XmlValue };

const BOUNDS = { min: 1, max: 200 };
const CREATED_BY = `arn:aws:iam::${ACCOUNT}:user/octo`;

export function describeLaunchTemplates(world: Ec2World, params: Params): Answer {
  const [ids, names] = [params.list('LaunchTemplateId'), params.list('LaunchTemplateName')];
  const all = [...world.launchTemplates.values()];
  for (const id of ids) findTemplate(world, { id });
  for (const name of names) findTemplate(world, { name });
  const isRequested = ({ id, name }: LaunchTemplateRecord): boolean => ids.includes(id) || names.includes(name);
  const requested = ids.length + names.length > 0 ? all.filter(isRequested) : all;
  const filters = { 'launch-template-name': ({ name }: LaunchTemplateRecord) => name };
  const page = cutPage(applyFilters(requested, params, filters), params, BOUNDS);
  const launchTemplates = page.items.map((template) => ({
    launchTemplateId: template.id,
    launchTemplateName: template.name,
    createTime: new Date(template.createdAt),
    createdBy: CREATED_BY,
    defaultVersionNumber: numbersOf(template)[0],
    latestVersionNumber: template.versions.length,
    tagSet: renderTags(template.tags),
  }));
  return { launchTemplates, nextToken: page.nextToken };
}

/** All or the named versions of one template, or the latest or default version of every template. */
export function describeLaunchTemplateVersions(world: Ec2World, params: Params): Answer {
  const id = params.text('LaunchTemplateId');
  const name = params.text('LaunchTemplateName');
  const wanted = params.list('LaunchTemplateVersion');
  const found =
    id === undefined && name === undefined
      ? [...world.launchTemplates.values()].flatMap((template) => pick(template, requireWords(wanted)))
      : pick(findTemplate(world, { id, name }), wanted);
  const page = cutPage(applyFilters(found, params, { 'image-id': ({ imageId }) => imageId }), params, BOUNDS);
  return { launchTemplateVersionSet: page.items.map(renderVersion), nextToken: page.nextToken };
}

interface Version {
  readonly template: LaunchTemplateRecord;
  readonly number: number;
  readonly imageId: string | undefined;
}

const WORDS = ['$Latest', '$Default'];

function requireWords(wanted: readonly string[]): readonly string[] {
  if (wanted.length > 0 && wanted.every((one) => WORDS.includes(one))) return wanted;
  const why = "To describe all launch templates, specify '$Latest', '$Default', or both.";
  throw new Ec2Error(wanted.length === 0 ? 'MissingParameter' : 'InvalidParameterValue', why);
}

function pick(template: LaunchTemplateRecord, wanted: readonly string[]): Version[] {
  const existing = numbersOf(template);
  const numbers = wanted.map((one) => {
    if (one === '$Latest') return template.versions.length;
    if (one === '$Default') return existing[0] ?? 0;
    if (!/^\d+$/.test(one)) throw refuseValue(one, 'versions', "Expecting a number, '$Latest' or '$Default'.");
    return Number(one);
  });
  const chosen = wanted.length > 0 ? existing.filter((number) => numbers.includes(number)) : existing;
  return chosen.map((number) => ({ template, number, imageId: template.versions[number - 1]?.imageId }));
}

function numbersOf({ versions }: LaunchTemplateRecord): number[] {
  return versions.flatMap((version, at) => (version ? at + 1 : []));
}

function findTemplate(
  world: Ec2World,
  { id, name }: { readonly id?: string | undefined; readonly name?: string | undefined },
): LaunchTemplateRecord {
  if (id !== undefined && !/^lt-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
    throw new Ec2Error('InvalidLaunchTemplateId.Malformed', `Invalid id: "${id}" (expecting "lt-...")`);
  }
  const all = [...world.launchTemplates.values()];
  const found = all.find((one) => (id === undefined ? one.name === name : one.id === id));
  if (found) return found;
  const [code, what] = id === undefined ? ['InvalidLaunchTemplateName.NotFoundException', name] : [NOT_FOUND, id];
  throw new Ec2Error(code, `The specified launch template, with template ${what}, does not exist.`);
}

const NOT_FOUND = 'InvalidLaunchTemplateId.NotFound';

function renderVersion({ template, number, imageId }: Version): XmlValue {
  return {
    launchTemplateId: template.id,
    launchTemplateName: template.name,
    versionNumber: number,
    createTime: new Date(template.createdAt),
    createdBy: CREATED_BY,
    defaultVersion: number === numbersOf(template)[0],
    launchTemplateData: { imageId },
  };
}
