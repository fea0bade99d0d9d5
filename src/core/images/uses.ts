import { builtInPresets } from '../kernel/built-in-presets.js';
import { publishedParameter } from '../machine/image.js';
import type { ImageEc2, TemplateVersion } from './ports.js';
import { previousParameter } from './publish.js';

export interface Use {
  /** What uses the image. Completes "in use by …". */
  readonly user: string;
  /** Set for one of our SSM parameters that name the image. */
  readonly parameter?: string;
}

/** The uses of images, by image id. An image that is not in the map was not looked up. */
export type Uses = ReadonlyMap<string, readonly Use[]>;

const RESOLVED = 'resolve:ssm:';
/** AWS's public parameters, which name no image of this account. */
const PUBLIC = /^(arn:[^:]+:ssm:[^:]*:[^:]*:parameter)?\/aws\//;

/**
 * Finds everything in the region that needs one of these images: our SSM parameters, every version of every launch
 * template, and instances.
 *
 * @throws Failure when one of these listings fails, because the uses are then unknown
 */
export async function findUses(ec2: ImageEc2, imageIds: readonly string[]): Promise<Uses> {
  if (imageIds.length === 0) return new Map();
  const [published, templates, instances] = await Promise.all([
    findPublished(ec2),
    findInTemplates(ec2),
    ec2.findInstancesOf(imageIds),
  ]);
  const started = instances.map(({ imageId, id, state }): ImageUse => {
    return [imageId, { user: `instance ${id} (${state})` }];
  });
  const uses = new Map<string, Use[]>(imageIds.map((id) => [id, []]));
  for (const [id, use] of [...published, ...templates, ...started]) uses.get(id)?.push(use);
  return uses;
}

type ImageUse = readonly [imageId: string, use: Use];

async function findPublished(ec2: ImageEc2): Promise<ImageUse[]> {
  const names = builtInPresets.flatMap((preset) => [publishedParameter(preset), previousParameter(preset)]);
  const values = await ec2.readParameters(names);
  return [...values].map(([name, id]) => [id, { user: `SSM parameter ${name}`, parameter: name }]);
}

async function findInTemplates(ec2: ImageEc2): Promise<ImageUse[]> {
  const versions = await ec2.listTemplateVersions();
  const references = new Set(versions.flatMap(({ image }) => readReference(image) ?? []));
  const values = new Map<string, string | undefined>();
  for (const reference of references) values.set(reference, await ec2.resolveParameter(reference));
  return versions.flatMap((one): ImageUse[] => {
    const reference = readReference(one.image);
    const id = reference === undefined ? one.image : values.get(reference);
    return id === undefined ? [] : [[id, { user: describe(one, reference) }]];
  });
}

function readReference(image: string): string | undefined {
  const reference = image.startsWith(RESOLVED) ? image.slice(RESOLVED.length) : undefined;
  return reference === undefined || PUBLIC.test(reference) ? undefined : reference;
}

function describe({ template, version }: TemplateVersion, reference: string | undefined): string {
  const how = reference === undefined ? '' : `, by SSM parameter ${reference}`;
  return `launch template ${template} (version ${version}${how})`;
}
