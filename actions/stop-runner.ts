import { parseInputs, refuseProblems } from '../src/core/inputs.js';
import { migrateInputs } from '../src/core/migration.js';
import { summariseStop } from '../src/core/report.js';
import { refuseUnstopped, stopRunners } from '../src/core/stop.js';
import { clock } from '../src/host/clock.js';
import { readContext } from '../src/host/context.js';
import { runAction } from '../src/host/exit.js';
import { createLog } from '../src/host/log.js';
import { writeOutputs } from '../src/host/outputs.js';
import { listenForCancellation } from '../src/host/signals.js';
import { appendSummary } from '../src/host/summary.js';
import { connectToEc2, connectToGitHub } from './connect.js';
import { checkCredentials } from './credentials.inputs.js';
import { readInputs } from './read-inputs.js';
import { inputs } from './stop-runner.inputs.js';

/** `stop-runner`. */
export function runStopRunner(): Promise<void> {
  const signal = listenForCancellation(
    'Run stop-runner again: it is safe to repeat. Otherwise reap-runners and the machines’ own timers end what is left.',
  );
  return runAction(async () => {
    const log = createLog();
    const context = readContext();
    const migrated = migrateInputs(readInputs(), 'stop');
    const { values, problems } = parseInputs(inputs, migrated.raw);
    refuseProblems([...migrated.problems, ...problems, ...checkCredentials(migrated.raw)]);
    for (const notice of migrated.notices) log.info(notice);
    const request = {
      run: context,
      label: values.label,
      instanceIds: values['ec2-instance-id'] ?? [],
      wait: values.wait,
    };
    const patient = { log, signal, purpose: 'end' } as const;
    const stopped = await stopRunners(request, {
      ...(await connectToEc2(patient)),
      gitHubOf: (scope) => connectToGitHub(values, { context, scope, ...patient }),
      clock,
      log,
      signal,
    });
    writeOutputs({ 'ec2-instance-ids': stopped.instances.map(({ instance }) => instance.id) });
    await appendSummary(summariseStop(stopped), log);
    refuseUnstopped(stopped);
  });
}
