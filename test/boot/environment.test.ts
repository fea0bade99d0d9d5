import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Job } from '../../sandbox/sandbox.js';
import { createCertificate } from '../worlds/certificate.js';
import { findTree, Stage } from './stage.js';

jest.setTimeout(600_000);

const { cert } = createCertificate('ca.example');
const PROXY = 'http://proxy.example:3128';

describe('a job as runner on a machine with an environment and a CA of its own', () => {
  let stage: Stage;
  let job: Job;
  beforeAll(async () => {
    stage = await Stage.open('agent', findTree('amd64'), {
      'run-as-user': 'runner',
      'instance-environment': `HTTPS_PROXY=${PROXY}\nNO_PROXY=198.51.100.1`,
      'ca-certificates': cert,
      'pre-runner-script': 'apt-config dump | grep Lock::Timeout; type -P apt-get; readlink -f /usr/local/sbin/apt-get',
    });
    job = stage.queue([
      'echo "job: $https_proxy $HTTPS_PROXY"; sudo -n sh -c \'echo "sudo: $https_proxy"\'',
      'sudo -n systemctl show-environment; docker info | grep -i proxy',
      'openssl verify -CAfile /etc/ssl/certs/ca-certificates.crt "$NODE_EXTRA_CA_CERTS"',
      'sudo -n systemctl list-timers --all --no-legend | grep lifetime',
    ]);
    await stage.until(({ name }) => name === 'terminated');
    if (process.env['CI_ACTIONS_SHOW_LOG']) process.stderr.write(`${job.log}\n${stage.machine.readConsole()}\n`);
  });
  afterAll(() => stage?.close());

  test('has the proxy, also with sudo, and so have services', () => {
    expect(job.log).toContain(`job: ${PROXY} ${PROXY}\n`);
    expect(job.log).toContain(`sudo: ${PROXY}\n`);
    expect(job.log).toMatch(new RegExp(`^HTTPS_PROXY=${PROXY}$`, 'm'));
    expect(job.log).toMatch(new RegExp(`^ *HTTPS Proxy: ${PROXY}$`, 'm'));
  });

  test('has the certificate in the trust store', () => {
    expect(job.log).toContain('/opt/ci-actions/ca-certificates.pem: OK');
  });

  test('runs with the timer of the last resort, and with an apt that waits for its locks', () => {
    expect(job.log).toContain('ci-actions-agent-lifetime.timer');
    const text = stage.machine.readConsole();
    expect(text).toContain('pre-runner-script: DPkg::Lock::Timeout "300";');
    expect(text).toContain('pre-runner-script: /opt/ci-actions/apt-when-free.sh');
  });
});
