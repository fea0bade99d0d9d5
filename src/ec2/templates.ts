import {
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import type { TemplateVersion } from '../core/images/ports.js';
import { codeBehind } from './failures.js';
import { readPages } from './paging.js';

/** The largest page of both listings. Source: EC2 API reference. */
const PAGE = 200;

/** See `ImageEc2.listTemplateVersions`: one request for the templates and one for the versions of each. */
export async function listTemplateVersions(client: EC2Client): Promise<TemplateVersion[]> {
  const templates = await readPages('ec2:DescribeLaunchTemplates', async (NextToken) => {
    const page = await client.send(new DescribeLaunchTemplatesCommand({ MaxResults: PAGE, ...NextToken }));
    return { items: page.LaunchTemplates, next: page.NextToken };
  });
  const versions: TemplateVersion[] = [];
  for (const { LaunchTemplateId = '' } of templates) versions.push(...(await listVersions(client, LaunchTemplateId)));
  return versions;
}

async function listVersions(client: EC2Client, LaunchTemplateId: string): Promise<TemplateVersion[]> {
  try {
    const versions = await readPages('ec2:DescribeLaunchTemplateVersions', async (NextToken) => {
      const command = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, MaxResults: PAGE, ...NextToken });
      const page = await client.send(command);
      return { items: page.LaunchTemplateVersions, next: page.NextToken };
    });
    return versions.flatMap(({ LaunchTemplateName = LaunchTemplateId, VersionNumber = 0, LaunchTemplateData }) => {
      const image = LaunchTemplateData?.ImageId;
      return image ? [{ template: LaunchTemplateName, version: VersionNumber, image }] : [];
    });
  } catch (error) {
    // Deleted meanwhile: it names nothing any more.
    if (codeBehind(error) === 'InvalidLaunchTemplateId.NotFound') return [];
    throw error;
  }
}
