import { execFileSync, spawnSync } from 'node:child_process';
import { afterEach, expect, test } from '@jest/globals';
import { renderSmokeScript } from '../../src/core/images/smoke-script.js';
import { describeWithDocker } from '../worlds/docker/engine.js';

/** One check of the smoke test's script, as the image's boot agent would run it. */
function runCheck(name: string, change = (script: string): string => script): string {
  const script = renderSmokeScript('cuda', '2.337.0');
  const begin = script.slice(0, script.indexOf('\ncheck ') + 1);
  // A check may have several lines. The next one begins with `check `, and the last ends before the script's end.
  const check = script.split(/^(?=check |echo "smoke done")/m).find((part) => part.startsWith(`check ${name} `))!;
  return spawnSync('bash', ['-c', change(begin + check)], { encoding: 'utf8', env: process.env }).stdout;
}

describeWithDocker('the Compose project of the smoke test', () => {
  afterEach(() => {
    execFileSync('docker', ['image', 'rm', '--force', 'ci-actions-smoke'], { stdio: 'ignore', env: process.env });
  });

  test('passes on a real engine without a registry, and leaves nothing', () => {
    expect(runCheck('project')).toMatch(/^smoke ok project \d+\.\d+\.\d+\.\d+ +server\n$/);
    const left = ['ps --all', 'network ls', 'volume ls'].map((command) =>
      execFileSync(
        'docker',
        [...command.split(' '), '--quiet', '--filter', 'label=com.docker.compose.project=ci-actions-smoke'],
        { encoding: 'utf8', env: process.env },
      ),
    );
    expect(left).toEqual(['', '', '']);
  });

  test('fails with what Compose says if the server never becomes healthy', () => {
    const sick = (script: string): string =>
      script.replace('[ -e /ready ]', 'exit 1').replace('"retries":30', '"retries":2');
    expect(runCheck('project', sick)).toMatch(/^smoke failed project .*unhealthy/);
  });

  test('fails where no GPU reaches a container', () => {
    const local = (script: string): string => script.replaceAll(/public\.ecr\.aws\/[^ "]*/g, 'ci-actions/stand-in:1');
    expect(runCheck('gpu-project', local)).toMatch(
      /^smoke failed gpu-project .*(nvidia|could not select device driver)/,
    );
  });
});
