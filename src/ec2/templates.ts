import { DescribeLaunchTemplatesCommand, DescribeLaunchTemplateVersionsCommand } from '@aws-sdk/client-ec2';
import type { TemplateVersion } from '../core/images/ports.js';
import { codeBehind } from './failures.js';
import { readPages } from './paging.js';
import type { Requests } from './requests.js';

/** The largest page of both listings. Source: EC2 API reference. */
const PAGE = 200;

/**
 * See `ImageEc2.listTemplateVersions`. Sends one request for the templates, and one for the versions of each template.
 */
export async function listTemplateVersions(requests: Requests): Promise<TemplateVersion[]> {
  const templates = await readPages(requests, 'ec2:DescribeLaunchTemplates', async (NextToken) => {
    const page = await requests.client.send(new DescribeLaunchTemplatesCommand({ MaxResults: PAGE, ...NextToken }));
    return { items: page.LaunchTemplates, next: page.NextToken };
  });
  const versions: TemplateVersion[] = [];
  for (const { LaunchTemplateId = '' } of templates) versions.push(...(await listVersions(requests, LaunchTemplateId)));
  return versions;
}

async function listVersions(requests: Requests, LaunchTemplateId: string): Promise<TemplateVersion[]> {
  try {
    const versions = await readPages(requests, 'ec2:DescribeLaunchTemplateVersions', async (NextToken) => {
      const command = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, MaxResults: PAGE, ...NextToken });
      const page = await requests.client.send(command);
      return { items: page.LaunchTemplateVersions, next: page.NextToken };
    });
    return versions.flatMap(({ LaunchTemplateName = LaunchTemplateId, VersionNumber = 0, LaunchTemplateData }) => {
      const image = LaunchTemplateData?.ImageId;
      return image ? [{ template: LaunchTemplateName, version: VersionNumber, image }] : [];
    });
  } catch (error) {
    // The template was deleted meanwhile.
    if (codeBehind(error) === 'InvalidLaunchTemplateId.NotFound') return [];
    throw error;
  }
}
