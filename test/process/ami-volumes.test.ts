import { describe, expect, test } from '@jest/globals';
import { createTestVolume, placeKept } from '../worlds/sandbox/kept.js';
import { atDesk } from './ami-command.js';

const columns = (text: string): string[] => text.split('\n').map((line) => line.replace(/ {2,}/g, ' | '));

describe('volumes', () => {
  test.concurrent('lists data volumes and their snapshots of all repositories, with their cost', () =>
    atDesk(async (desk) => {
      const { volume, snapshot } = placeKept(desk.sandbox.ec2);
      createTestVolume(desk.sandbox.ec2, { 'ci-actions:repository': 'octo-org/octo-repo' });
      const { code, stdout } = await desk.ami('volumes');
      expect(code).toBe(0);
      expect(columns(stdout)).toEqual([
        expect.stringMatching(/^REPOSITORY \| NAME \| ID/),
        `octo-org/octo-repo | docker | ${volume} | us-east-1a | 20 GiB | 2 days | 2026-12-24T00:00:00.000Z | - | $1.60`,
        `octo-org/octo-repo | docker | ${snapshot} | us-east-1 | 20 GiB | 2 days | 2026-12-24T00:00:00.000Z | - | at most $1.00`,
        '',
      ]);
      expect(desk.changes()).toEqual([]);
      expect(JSON.parse((await desk.ami('volumes --json')).stdout)).toMatchObject([
        { kind: 'volume', id: volume },
        { id: snapshot },
      ]);
    }),
  );

  test.concurrent('deletes what a dry run names, by name or id', () =>
    atDesk(async (desk) => {
      const { volume, snapshot } = placeKept(desk.sandbox.ec2);
      const dry = await desk.ami('volumes --delete docker --dry-run');
      expect(dry).toMatchObject({ code: 0, stderr: expect.stringContaining('A dry run: nothing was deleted.') });
      expect(columns(dry.stdout).slice(1, 3)).toEqual([
        `docker | ${volume} | us-east-1a | would be deleted`,
        `docker | ${snapshot} | us-east-1 | would be deleted`,
      ]);
      expect(desk.changes()).toEqual([]);
      expect((await desk.ami(`volumes --delete ${snapshot}`)).code).toBe(0);
      expect(desk.changes()).toEqual(['DeleteSnapshot']);
      expect((await desk.ami('volumes --delete docker')).code).toBe(0);
      expect(desk.sandbox.ec2.volumes.size + desk.sandbox.ec2.snapshots.size).toBe(
        [...desk.sandbox.ec2.snapshots.values()].filter(({ tags }) => !tags.has('ci-actions:volume')).length,
      );
    }),
  );

  test.concurrent('keeps a volume that an instance holds, and fails', () =>
    atDesk(async (desk) => {
      const { volume } = placeKept(desk.sandbox.ec2);
      desk.sandbox.ec2.volumes.get(volume)!.attachment = {
        instanceId: 'i-0aaaaaaaaaaaaaaaa',
        device: '/dev/sdf',
        deleteOnTermination: false,
      };
      const { code, stdout, stderr } = await desk.ami('volumes --delete docker');
      expect(code).toBe(1);
      expect(stdout).toMatch(new RegExp(`${volume}.*kept +i-0aaaaaaaaaaaaaaaa holds it`));
      expect(stderr).toContain('Code: cleanup-incomplete');
      expect(desk.sandbox.ec2.volumes.has(volume)).toBe(true);
    }),
  );

  test.concurrent('refuses a name that there is not, and one of several repositories', () =>
    atDesk(async (desk) => {
      placeKept(desk.sandbox.ec2);
      placeKept(desk.sandbox.ec2, { 'ci-actions:repository': 'octo-org/other' });
      expect(await desk.ami('volumes --delete cache')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('there is no such data volume'),
      });
      expect(await desk.ami('volumes --delete docker')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('octo-org/octo-repo, octo-org/other'),
      });
      expect(desk.changes()).toEqual([]);
      expect((await desk.ami('volumes --delete docker --repository octo-org/other')).code).toBe(0);
      expect([...desk.sandbox.ec2.volumes.values()].map(({ tags }) => tags.get('ci-actions:repository'))).toEqual([
        'octo-org/octo-repo',
      ]);
    }),
  );
});
