import { describe, expect, test } from '@jest/globals';
import { ComposePlay, ends } from '../../../worlds/compose-run.js';

const camera = { declares: [80], opens: { 80: 100 } };

/** A project whose folder has these scripts, each of which succeeds when it runs. */
function folder(scripts: readonly string[], command?: string): ComposePlay {
  const session = {
    needs: { camera: 'started' as const },
    ...ends(0),
    ...(command !== undefined && { more: { command: ['sh', '-c', command] } }),
  };
  const play = new ComposePlay({ camera, experiment: session });
  for (const name of scripts) play.host.write(name, 'print("")');
  play.host.scripts = Object.fromEntries(scripts.map((name) => [`python3 '/w/project/${name}'`, {}]));
  return play;
}

async function ran(play: ComposePlay) {
  const outcome = await play.run();
  return { outcome, ran: play.host.ran.map(({ commands }) => /\w+\.py/.exec(commands)?.[0]) };
}

describe('The scripts that a folder has by their names', () => {
  test('run on the host, the sessions one after the other', async () => {
    const play = folder(['setup.py', 'session_b.py', 'session_a.py', 'assert.py', 'teardown.py']);
    const result = await ran(play);
    expect(result.outcome).toMatchObject({ verdict: 'pass' });
    expect(result.ran).toEqual(['setup.py', 'session_a.py', 'session_b.py', 'assert.py', 'teardown.py']);
    expect(play.containers.byService('experiment')).toEqual([]);
  });

  test('are not run again if the command of a service names them', async () => {
    const command = 'python3 /s/setup.py && concert start session_a && python3 /s/assert.py && python3 /s/teardown.py';
    const play = folder(['setup.py', 'session_a.py', 'assert.py', 'teardown.py'], command);
    const result = await ran(play);
    expect(result.outcome.services).toMatchObject([{ service: 'camera' }, { service: 'experiment', role: 'session' }]);
    expect(result.ran).toEqual([]);
  });

  test('run around the service whose command names only the session', async () => {
    const play = folder(['setup.py', 'session_a.py', 'assert.py', 'teardown.py'], 'concert start session_a');
    const result = await ran(play);
    expect(result.outcome).toMatchObject({ verdict: 'pass', services: [{}, { service: 'experiment', exitCode: 0 }] });
    expect(result.ran).toEqual(['setup.py', 'assert.py', 'teardown.py']);
  });

  test('are an error in check without an assertion', async () => {
    const play = folder(['setup.py', 'session_a.py']);
    expect(await play.run()).toMatchObject({
      verdict: 'error',
      phase: 'check',
      reasons: [
        '/w/project has session_a.py, but no assert.py, and nothing else says what must hold after the session.',
      ],
    });
    play.host.scripts = { ...play.host.scripts, true: {} };
    expect(await play.run({ assert: 'true' })).toMatchObject({ verdict: 'pass' });
  });

  test('are no scripts of ours in a Python project', async () => {
    const play = folder(['setup.py', 'tests.py']);
    expect((await ran(play)).ran).toEqual([]);
    const packaged = folder(['setup.py', 'assert.py']);
    packaged.host.write('setup.py', 'from setuptools import setup\nsetup()');
    expect((await ran(packaged)).ran).toEqual(['assert.py']);
  });

  test('give way to the inputs', async () => {
    const play = folder(['setup.py', 'session_a.py', 'assert.py', 'teardown.py'], 'concert start session_a');
    play.host.scripts = { a: {}, b: {}, c: {} };
    expect(await play.run({ setup: 'a', assert: 'b', teardown: 'c' })).toMatchObject({ verdict: 'pass' });
    expect(play.host.ran.map(({ commands }) => commands)).toEqual(['a', 'b', 'c']);
  });
});
