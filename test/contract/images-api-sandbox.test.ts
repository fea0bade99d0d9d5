import {
  CopyImageCommand,
  CreateTagsCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSnapshotsCommand,
  EnableImageDeprecationCommand,
  type CopyImageCommandInput,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import { eventually, refusal, startAws, type AwsSandbox } from '../worlds/sandbox/aws.js';
import { keepBuild, keepImage, keepTemplate } from '../worlds/sandbox/images.js';

let aws: AwsSandbox;
let copies = 0;

beforeAll(async () => {
  aws = await startAws({ otherRegions: ['eu-west-1'], timeline: { copyMs: 500 } });
});
afterAll(() => aws.close());

const copyOf = (changes: Partial<CopyImageCommandInput> = {}): CopyImageCommand =>
  new CopyImageCommand({
    SourceRegion: 'eu-west-1',
    SourceImageId: seed.OUR_AMD64_IMAGE,
    Name: `copy-${++copies}`,
    ...changes,
  });
const at = (ms: number): Date => new Date(Date.now() + ms);

describe('CopyImage', () => {
  test('creates a pending image that becomes available, without tags unless requested', async () => {
    const { ImageId = '' } = await aws.ec2.send(copyOf());
    const describe = async () => (await aws.ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }))).Images?.[0];
    expect(await describe()).toMatchObject({ State: 'pending', Tags: [], OwnerId: seed.ACCOUNT });
    await eventually(async () => (await describe())?.State === 'available');
    expect(aws.sandbox.ec2.snapshots.get(aws.sandbox.ec2.images.get(ImageId)!.snapshotId)?.state).toBe('completed');
  });

  test('prefers the tags of the request to the copied tags', async () => {
    const Tags = [{ Key: 'ci-actions:preset', Value: 'mine' }];
    const TagSpecifications = [{ ResourceType: 'image' as const, Tags }];
    const { ImageId = '' } = await aws.ec2.send(copyOf({ CopyImageTags: true, TagSpecifications }));
    const { tags } = aws.sandbox.ec2.images.get(ImageId)!;
    expect([tags.get('ci-actions:preset'), tags.get('ci-actions:runner-version')]).toEqual(['mine', '2.336.0']);
  });

  test('copies no tags of images of other accounts', async () => {
    aws.sandbox.elsewhere.get('eu-west-1')!.images.get(seed.UBUNTU_AMD64_IMAGE)!.tags.set('theirs', 'yes');
    const copy = copyOf({ SourceImageId: seed.UBUNTU_AMD64_IMAGE, CopyImageTags: true });
    const { ImageId = '' } = await aws.ec2.send(copy);
    expect(aws.sandbox.ec2.images.get(ImageId)?.tags.size).toBe(0);
  });

  test('copies once per client token', async () => {
    const Name = 'by-token';
    const { ImageId } = await aws.ec2.send(copyOf({ Name, ClientToken: 'token-1' }));
    expect((await aws.ec2.send(copyOf({ Name, ClientToken: 'token-1' }))).ImageId).toBe(ImageId);
    const other = await refusal(aws.ec2.send(copyOf({ ClientToken: 'token-1' })));
    expect(other.name).toBe('IdempotentParameterMismatch');
  });

  test.each<[string, Partial<CopyImageCommandInput>]>([
    ['InvalidParameterValue', { SourceRegion: 'eu-west-9' }],
    ['InvalidAMIID.NotFound', { SourceImageId: 'ami-0ffffffffffffffff' }],
    ['InvalidAMIID.Malformed', { SourceImageId: 'ami-none' }],
    ['InvalidAMIName.Malformed', { Name: 'no' }],
    ['InvalidParameterValue', { TagSpecifications: [{ ResourceType: 'volume', Tags: [] }] }],
    ['UnsupportedBySandbox', { Encrypted: true }],
  ])('is refused with %s for %j', async (code, changes) => {
    expect((await refusal(aws.ec2.send(copyOf(changes)))).name).toBe(code);
  });

  test('is refused for an unfinished image, and for a name in use', async () => {
    const away = aws.sandbox.elsewhere.get('eu-west-1')!;
    const unfinished = await refusal(aws.ec2.send(copyOf({ SourceImageId: keepImage(away, { state: 'pending' }) })));
    expect(unfinished.name).toBe('InvalidRequest');
    keepImage(aws.sandbox.ec2, { name: 'taken' });
    expect((await refusal(aws.ec2.send(copyOf({ Name: 'taken' })))).name).toBe('InvalidAMIName.Duplicate');
  });

  test('requires the permission to tag if there are tags', async () => {
    aws.sandbox.ec2.denied.add('ec2:CreateTags');
    const refused = await refusal(aws.ec2.send(copyOf({ CopyImageTags: true })));
    aws.sandbox.ec2.denied.clear();
    expect(refused).toMatchObject({
      name: 'UnauthorizedOperation',
      message: expect.stringContaining('ec2:CreateTags'),
    });
  });
});

describe('Deregistration and deprecation', () => {
  test('deletes a snapshot only on request, and never one that another image uses', async () => {
    const { ec2 } = aws.sandbox;
    const [alone, first, second] = [keepBuild(ec2, {}), keepBuild(ec2, {}), keepBuild(ec2, {})];
    await aws.ec2.send(new DeregisterImageCommand({ ImageId: alone }));
    expect(ec2.snapshots.has(ec2.images.get(alone)!.snapshotId)).toBe(true);
    const { snapshotId } = ec2.images.get(first)!;
    ec2.images.set(second, { ...ec2.images.get(second)!, snapshotId });
    const end = (ImageId: string) =>
      aws.ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }));
    expect((await end(first)).DeleteSnapshotResults).toEqual([{ SnapshotId: snapshotId, ReturnCode: 'skipped' }]);
    expect((await end(second)).DeleteSnapshotResults).toEqual([{ SnapshotId: snapshotId, ReturnCode: 'success' }]);
  });

  test('of a deregistered image fails: the image is unavailable, and not described', async () => {
    const ImageId = keepBuild(aws.sandbox.ec2, {});
    await aws.ec2.send(new DeregisterImageCommand({ ImageId }));
    expect((await refusal(aws.ec2.send(new DeregisterImageCommand({ ImageId })))).name).toBe(
      'InvalidAMIID.Unavailable',
    );
    const unknown = await refusal(aws.ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] })));
    expect(unknown.name).toBe('InvalidAMIID.NotFound');
  });

  test('is allowed only to the owner', async () => {
    const ImageId = seed.UBUNTU_AMD64_IMAGE;
    expect((await refusal(aws.ec2.send(new DeregisterImageCommand({ ImageId })))).name).toBe('AuthFailure');
  });

  test.each([
    ['the past', -60_000],
    ['a day in eleven years', 11 * 366 * 86_400_000],
  ])('is refused for %s', async (_, ms) => {
    const command = new EnableImageDeprecationCommand({ ImageId: seed.OUR_AMD64_IMAGE, DeprecateAt: at(ms) });
    expect((await refusal(aws.ec2.send(command))).name).toBe('InvalidParameterValue');
  });

  test('a disabled image is listed only on request', async () => {
    const id = keepImage(aws.sandbox.ec2, { state: 'disabled' });
    const list = async (IncludeDisabled: boolean) =>
      (await aws.ec2.send(new DescribeImagesCommand({ Owners: ['self'], IncludeDisabled }))).Images ?? [];
    expect((await list(false)).map(({ ImageId }) => ImageId)).not.toContain(id);
    expect((await list(true)).map(({ ImageId }) => ImageId)).toContain(id);
  });
});

describe('Snapshots and launch templates', () => {
  test('a snapshot can be tagged, and is found by its tags', async () => {
    const id = aws.sandbox.ec2.images.get(seed.OUR_CUDA_IMAGE)!.snapshotId;
    await aws.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'Team', Value: 'ml' }] }));
    const Filters = [{ Name: 'tag:Team', Values: ['ml'] }];
    const { Snapshots } = await aws.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters }));
    expect(Snapshots).toMatchObject([{ SnapshotId: id, VolumeSize: 100, State: 'completed' }]);
  });

  test('versions of a template are described by number or keyword, of all templates by keyword only', async () => {
    keepTemplate(aws.sandbox.ec2, 'web', ['ami-1', 'ami-2', 'ami-3']);
    const numbers = async (input: { LaunchTemplateName?: string; Versions?: string[]; MaxResults?: number }) => {
      const answer = await aws.ec2.send(new DescribeLaunchTemplateVersionsCommand(input));
      return (answer.LaunchTemplateVersions ?? []).map(({ VersionNumber }) => VersionNumber);
    };
    expect(await numbers({ LaunchTemplateName: 'web' })).toEqual([1, 2, 3]);
    expect(await numbers({ LaunchTemplateName: 'web', MaxResults: 2 })).toEqual([1, 2]);
    expect(await numbers({ LaunchTemplateName: 'web', Versions: ['$Default', '3'] })).toEqual([1, 3]);
    expect(await numbers({ Versions: ['$Latest'] })).toEqual([3]);
    expect((await refusal(numbers({}))).name).toBe('MissingParameter');
    expect((await refusal(numbers({ Versions: ['2'] }))).name).toBe('InvalidParameterValue');
    const nobody = await refusal(numbers({ LaunchTemplateName: 'nobody' }));
    expect(nobody.name).toBe('InvalidLaunchTemplateName.NotFoundException');
  });

  test('a template that does not exist is refused by its id', async () => {
    const read = (id: string) => aws.ec2.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateIds: [id] }));
    expect((await refusal(read('lt-0ffffffffffffffff'))).name).toBe('InvalidLaunchTemplateId.NotFound');
    expect((await refusal(read('lt-none'))).name).toBe('InvalidLaunchTemplateId.Malformed');
  });
});
