import { EC2Client } from '@aws-sdk/client-ec2';
import { describe, expect, test } from '@jest/globals';
import { launch } from '../worlds/sandbox/aws.js';
import { abandonSnapshot, keepBuild, keepTemplate } from '../worlds/sandbox/images.js';
import { atDesk, type Desk } from './ami-command.js';

/** Images of amd64 with these ages in days, by age. The sandbox itself has an image of three days. */
function keepMany({ sandbox }: Desk, ages: readonly number[]): Map<number, string> {
  return new Map(ages.map((ageDays) => [ageDays, keepBuild(sandbox.ec2, { ageDays })]));
}

/** The cells for one image or snapshot in the table. */
function rowOf(stdout: string, id: string | undefined): string | undefined {
  const row = stdout.split('\n').find((line) => id !== undefined && line.includes(id));
  return row?.replace(/ {2,}/g, ' | ');
}

describe('prune', () => {
  test.concurrent('prints in a dry run exactly what a real run removes', () =>
    atDesk(async (desk) => {
      const { ec2 } = desk.sandbox;
      const old = keepMany(desk, [10, 20, 30, 40]);
      const snapshot = abandonSnapshot(ec2, { tags: { 'ci-actions:preset': 'amd64' }, ageDays: 9 });
      const dry = await desk.ami('prune --preset amd64 --keep 2 --dry-run');
      expect(dry).toMatchObject({ code: 0, stderr: expect.stringContaining('A dry run: nothing was removed.') });
      expect(rowOf(dry.stdout, old.get(10))).toBe(
        `amd64 | us-east-1 | ${old.get(10)} | 10 days | kept | it is among the 2 newest`,
      );
      expect(rowOf(dry.stdout, old.get(20))).toBe(
        `amd64 | us-east-1 | ${old.get(20)} | 20 days | would be removed | 2 newer ones are kept`,
      );
      expect(desk.changes()).toEqual([]);
      const wet = await desk.ami('prune --preset amd64 --keep 2');
      expect(wet).toMatchObject({ code: 0, stderr: '' });
      const columns = (text: string): string[] => text.split('\n').map((line) => line.replace(/ {2,}/g, '|'));
      expect(columns(wet.stdout)).toEqual(columns(dry.stdout.replaceAll('would be removed', 'removed')));
      expect([10, 20, 30, 40].map((age) => ec2.images.get(old.get(age)!)?.state)).toEqual([
        'available',
        'deregistered',
        'deregistered',
        'deregistered',
      ]);
      expect(ec2.snapshots.has(snapshot)).toBe(false);
      expect([...ec2.snapshots.values()].filter(({ tags }) => tags.get('ci-actions:preset') === 'amd64')).toHaveLength(
        2,
      );
    }),
  );

  test.concurrent('keeps what parameters, templates and instances use', () =>
    atDesk(async (desk) => {
      const { ec2 } = desk.sandbox;
      const old = keepMany(desk, [10, 20, 30, 40, 50]);
      ec2.parameters.set('/ci-actions/ami/amd64/previous', old.get(10)!);
      keepTemplate(ec2, 'web', [old.get(20)!, 'ami-0ffffffffffffffff']);
      ec2.parameters.set('/team/image', old.get(30)!);
      keepTemplate(ec2, 'team', ['resolve:ssm:/team/image']);
      const raw = new EC2Client({
        endpoint: desk.sandbox.awsUrl,
        region: 'us-east-1',
        credentials: { accessKeyId: 'AKIASANDBOX', secretAccessKey: 'secret' },
      });
      const { id } = await launch(raw, { ImageId: old.get(40)! });
      raw.destroy();
      const { code, stdout } = await desk.ami('prune --keep 1');
      expect(code).toBe(0);
      expect(rowOf(stdout, old.get(10))).toContain(
        'kept | it is in use by SSM parameter /ci-actions/ami/amd64/previous',
      );
      expect(rowOf(stdout, old.get(20))).toContain('kept | it is in use by launch template web (version 1)');
      expect(rowOf(stdout, old.get(30))).toContain('launch template team (version 1, by SSM parameter /team/image)');
      expect(rowOf(stdout, old.get(40))).toContain(`kept | it is in use by instance ${id}`);
      expect(rowOf(stdout, old.get(50))).toContain('removed');
      expect(desk.changes().filter((operation) => operation === 'DeregisterImage')).toHaveLength(1);
    }),
  );

  test.concurrent.each([
    ['ec2:DescribeImages'],
    ['ec2:DescribeSnapshots'],
    ['ec2:DescribeInstances'],
    ['ec2:DescribeLaunchTemplates'],
    ['ec2:DescribeLaunchTemplateVersions'],
    ['ssm:GetParameters'],
  ])('removes nothing and reports it if %s is not allowed', (permission) =>
    atDesk(
      async (desk) => {
        keepMany(desk, [10, 20]);
        keepTemplate(desk.sandbox.ec2, 'web', ['resolve:ssm:/team/image']);
        const { code, stderr } = await desk.ami('prune --keep 1');
        expect(code).toBe(1);
        expect(stderr).toContain('warning: us-east-1: nothing is removed, because a listing failed.');
        expect(stderr).toContain(`lack the permission ${permission}`);
        expect(stderr).toContain('Code: cleanup-incomplete');
        expect(desk.changes()).toEqual([]);
      },
      { denied: [permission] },
    ),
  );

  test.concurrent('continues after an image and a snapshot that it may not remove', () =>
    atDesk(
      async (desk) => {
        const old = keepMany(desk, [10, 20, 30]);
        let tried = 0;
        desk.sandbox.intercept = ({ operation }) =>
          operation === 'DeregisterImage' && ++tried === 1
            ? {
                kind: 'status',
                status: 400,
                code: 'OperationNotPermitted',
                message: 'Deregistration protection is on.',
              }
            : undefined;
        const { code, stdout, stderr } = await desk.ami('prune --preset amd64 --keep 1');
        expect(code).toBe(1);
        expect(rowOf(stdout, old.get(10))).toContain(
          'FAILED | AWS rejects the request: Deregistration protection is on.',
        );
        expect(rowOf(stdout, old.get(20))).toMatch(/FAILED \| Image .* is gone, but not its snapshots: .*missing-perm/);
        expect(stderr).toContain('Not everything was pruned: 3 failures.');
        expect(desk.sandbox.ec2.images.get(old.get(10)!)?.state).toBe('available');
        expect(desk.sandbox.ec2.images.get(old.get(30)!)?.state).toBe('deregistered');
      },
      { denied: ['ec2:DeleteSnapshot'] },
    ),
  );

  test.concurrent('refuses --keep 0, which would remove the last image', () =>
    atDesk(async (desk) => {
      const { code, stderr } = await desk.ami('prune --keep 0');
      expect(code).toBe(2);
      expect(stderr).toContain(
        '`--keep` is "0"; allowed: a whole number from 1 to 1000: the last image of a preset is never removed.',
      );
      expect(desk.sandbox.requests).toEqual([]);
    }),
  );

  test.concurrent('handles each region on its own', () =>
    atDesk(async (desk) => {
      const away = desk.sandbox.elsewhere.get('eu-west-1')!;
      const [here, there] = [keepMany(desk, [10]).get(10), keepBuild(away, { ageDays: 10 })];
      away.parameters.set('/ci-actions/ami/amd64/previous', there);
      const { stdout } = await desk.ami('prune --regions us-east-1,eu-west-1 --keep 1 --preset amd64');
      expect(rowOf(stdout, here)).toContain('us-east-1');
      expect(rowOf(stdout, here)).toContain('removed');
      expect(rowOf(stdout, there)).toContain('kept | it is in use by SSM parameter');
    }),
  );
});
