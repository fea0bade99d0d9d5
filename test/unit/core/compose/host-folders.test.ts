import { describe, expect, test } from '@jest/globals';
import { findEmptied } from '../../../../src/core/compose/host-folders.js';
import { ComposePlay, ends } from '../../../worlds/compose-run.js';

describe('What a script empties', () => {
  test.each([
    ['rm -rf /mnt', ['/mnt']],
    ['set -e\nrm -rf "/mnt/"* /srv/data/ && echo done', ['/mnt', '/srv/data']],
    ['sudo rm --recursive --force /mnt/*', ['/mnt']],
    ['find /mnt -mindepth 1 -delete', ['/mnt']],
    ['shutil.rmtree("/mnt")', ['/mnt']],
    ["shutil.rmtree(Path('/mnt'), ignore_errors=True)", ['/mnt']],
    ['for name in os.listdir("/mnt"):\n    shutil.rmtree(os.path.join("/mnt", name))\n', ['/mnt']],
    [
      'ROOT = "/mnt"\nfor name in os.listdir(ROOT):\n    if os.path.isdir(name):\n        shutil.rmtree(name)\n',
      ['/mnt'],
    ],
    ['for one in Path("/mnt").iterdir():\n    one.unlink()\n', ['/mnt']],
  ])('%j: %j', (text, folders) => {
    expect(findEmptied(text)).toEqual(folders);
  });

  test.each([
    'rm -f /mnt/one',
    'rm -rf "$RUNNER_TEMP/x" out/ /mnt/scan_*',
    '# rm -rf /mnt',
    'find /mnt -name "scan_*" -delete',
    'for name in os.listdir("/mnt"):\n    if "scan" in name:\n        shutil.rmtree(name)\n',
    'for name in os.listdir("/mnt"):\n    print(name)\n',
  ])('%j: nothing that is known', (text) => {
    expect(findEmptied(text)).toEqual([]);
  });
});

describe('A setup that empties a folder of the host', () => {
  const services = { tests: ends(0) };

  function prepare(setup: string): ComposePlay {
    const play = new ComposePlay(services, { setup });
    play.host.scripts = { [setup]: {} };
    play.host.write('/mnt/photo.tif', 'x');
    return play;
  }

  test('is refused before anything was made', async () => {
    const play = prepare('rm -rf /mnt/*');
    const outcome = await play.run();
    expect(outcome).toMatchObject({ verdict: 'error', code: 'bad-input', phase: 'check' });
    expect(outcome.reasons[0]).toBe('`setup` empties /mnt, which existed before and is not empty.');
    expect(play.host.ran).toEqual([]);
    expect(play.containers.calls).toEqual([]);
  });

  test('is refused if a script that it runs does so', async () => {
    const play = prepare('python3 prepare.py');
    play.host.write('prepare.py', 'import shutil\nshutil.rmtree("/mnt")\n');
    expect((await play.run()).reasons[0]).toContain('prepare.py empties /mnt');
  });

  test('may empty what is in the workspace, temporary, empty or not there', async () => {
    const play = prepare('rm -rf out /w/old /tmp/x /temp/y /srv/none /srv/empty');
    for (const path of ['out/a', '/w/old/a', '/tmp/x/a', '/temp/y/a']) play.host.write(path, 'x');
    play.host.folders.add('/srv/empty');
    expect(await play.run()).toMatchObject({ verdict: 'pass' });
  });

  test('is none if a server does so in its own container', async () => {
    const command = ['bash', '-c', 'rm -rf /mnt/images/*'];
    const more = { command, volumes: [{ type: 'bind', source: '/mnt', target: '/mnt/images' }] };
    const play = new ComposePlay({ cache: { more }, tests: { needs: { cache: 'started' }, ...ends(0) } });
    play.host.write('/mnt/photo.tif', 'x');
    expect(await play.run()).toMatchObject({ verdict: 'pass' });
  });

  test('is seen through the mounts of the container in which it runs', async () => {
    const more = {
      command: ['bash', '-c', 'python3 /root/scenario/setup.py && concert start session_exp'],
      volumes: [
        { type: 'bind', source: '/mnt', target: '/mnt/images' },
        { type: 'bind', source: '/w/project', target: '/root/scenario' },
      ],
    };
    const play = new ComposePlay({ tests: { ...ends(0), more } }, { assert: 'true' });
    play.host.scripts = { true: {} };
    play.host.write('/mnt/photo.tif', 'x');
    play.host.write('setup.py', 'for name in os.listdir("/mnt/images"):\n    os.remove(name)\n');
    expect((await play.run()).reasons[0]).toBe(
      'setup.py empties /mnt/images, which is /mnt of this machine, which existed before and is not empty.',
    );
  });
});
