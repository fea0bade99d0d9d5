import type { ImageEc2 } from '../core/images/ports.js';
import { listRegions } from './catalog.js';
import { openClients, toRequestOptions, type ConnectOptions } from './connect.js';
import { createImages } from './images.js';
import { findInstancesOf } from './instances.js';
import { createParameters } from './parameters.js';
import { listTemplateVersions } from './templates.js';

/**
 * EC2 and SSM in one region, for the commands that manage images. Every request may be sent twice.
 *
 * @throws Failure `aws-no-region`, `aws-no-credentials`
 */
export async function connectImages(options: ConnectOptions): Promise<ImageEc2> {
  const { region, requests, shared } = await openClients(options);
  return {
    region,
    listRegions: () => listRegions(requests),
    ...createParameters(shared, toRequestOptions(options)),
    findInstancesOf: (imageIds) => findInstancesOf(requests, imageIds),
    listTemplateVersions: () => listTemplateVersions(requests),
    ...createImages(requests),
  };
}
