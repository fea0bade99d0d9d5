import type { Sandbox } from '../../sandbox/sandbox.js';
import type { FailureMode } from './options.js';
import type { Stage } from './stage.js';

export interface Provoked {
  readonly inputs: Readonly<Record<string, string>>;
  readonly onStart: (kill: (signal: NodeJS.Signals) => void) => void;
}

const nothing: Provoked = { inputs: {}, onStart: () => undefined };

/** Arranges for the start to fail in one way. */
export function provokeFailure(mode: FailureMode | undefined, sandbox: Sandbox, stage: Stage): Provoked {
  switch (mode) {
    case undefined:
      return nothing;
    case 'boot':
      return { ...nothing, inputs: { 'pre-runner-script': 'echo "Fetching the test data"\nexit 7' } };
    case 'capacity':
      sandbox.ec2.capacity['*'] = 0;
      return { ...nothing, inputs: { 'market-type': 'spot-then-on-demand' } };
    case 'spot':
      sandbox.on((event) => {
        if (event.name !== 'running') return;
        stage.print(`   [EC2 interrupts the spot instance ${event.instance}]`);
        sandbox.ec2.interruptSpot(event.instance, 500);
      });
      return { ...nothing, inputs: { 'market-type': 'spot' } };
    case 'job':
      interruptJob(sandbox, stage);
      return { ...nothing, inputs: { 'market-type': 'spot' } };
    case 'cancel':
      return { ...nothing, onStart: (kill) => cancelWhileItWaits(kill, sandbox, stage) };
  }
}

/** EC2 gives notice 2 minutes before. Nobody wants to wait for that here. */
const NOTICE_MS = 3_000;

/** Takes the spot instances away that run a job. */
function interruptJob(sandbox: Sandbox, stage: Stage): void {
  sandbox.on(({ name }) => {
    if (name !== 'job-started') return;
    for (const { id, state, market } of sandbox.ec2.instances()) {
      if (state !== 'running' || market !== 'spot') continue;
      stage.print(`   [EC2 takes ${id} away in ${NOTICE_MS / 1000} s (EC2 itself: 2 minutes); its metadata says so]`);
      sandbox.ec2.interruptSpot(id, NOTICE_MS);
    }
  });
}

/** GitHub cancels a step with SIGINT, and with SIGTERM 7.5 s later. */
function cancelWhileItWaits(kill: (signal: NodeJS.Signals) => void, sandbox: Sandbox, stage: Stage): void {
  sandbox.on(({ name }) => {
    if (name !== 'running') return;
    stage.print('   [The workflow run is canceled: SIGINT]');
    kill('SIGINT');
  });
}
