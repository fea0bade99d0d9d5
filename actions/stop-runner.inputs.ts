import { flag, legacy, list, text, withDefault } from '../src/core/inputs/input-kinds.js';
import type { InputDefinition } from '../src/core/inputs/inputs.js';
import { NAME_PATTERN } from '../src/core/kernel/identity.js';
import { credentialInputs } from './credentials.inputs.js';

export const action = {
  name: 'Stop EC2 runner',
  description: 'Terminates the instances of a start and removes their runners from GitHub. Safe to repeat.',
  icon: 'square',
  color: 'orange',
} as const;

/** An instance id. */
export const ID = { matches: /^i-[0-9a-z]+$/, allowed: 'instance ids like i-0a1b2c3d4e5f60718' };

/** A list whose invalid entries remain in the value, so that the valid ones can be stopped. */
function ids(description: string): InputDefinition<readonly string[] | undefined> {
  const parse = (text: string): readonly string[] =>
    text.split(/[\s,;[\]"']+/).filter((one) => one !== '' && one !== 'null');
  return { ...list(description, ID), parse };
}

export const inputs = {
  ...credentialInputs,
  label: text(
    'The output `label` of start-runner: everything that this run started with it, in any attempt, is stopped. With neither a label nor an id, everything is stopped that no job of this run can need any more (the token needs "Actions: read").',
    NAME_PATTERN,
  ),
  'ec2-instance-id': ids(
    'Ids of instances that this repository started. Without `label`, exactly these are stopped; with `label`, everything that was started together with them. If EC2 lists none of them, and the label is a custom one, everything that another job may need is left.',
  ),
  'ec2-instance-ids': ids('Further ids, such as the output `ec2-instance-ids` of start-runner.'),
  all: withDefault(
    'false',
    flag(
      'Stop everything that this run started, even if other jobs need it or people look at it. Not together with `label` or `ec2-instance-id`.',
    ),
  ),
  wait: withDefault('false', flag('Wait until EC2 reports the instances as terminated.')),
  runners: text(
    'The output `runners` of start-runner, for the summary alone: with it the summary shows how long the machines started up and idled, and the cost of their volumes.',
  ),
  'job-times': text(
    'When the job on the machine began and ended, for the summary alone: `2026-11-27T20:00:00Z/2026-11-27T20:12:30Z`.',
  ),
  mode: legacy(
    '`stop`, as in ec2-github-runner. With neither a label nor an id, nothing is stopped then that a start has handed over.',
  ),
};

export const outputs = {
  'ec2-instance-ids': 'The ids of the instances whose termination EC2 confirmed, as JSON.',
  kept: 'JSON: the machines that were left running after a job (`keep-on-failure-minutes`, `keep-minutes`), each with its `instance`, `type`, `region`, `until` and `why`.',
  interrupted:
    "JSON: for each spot machine that EC2 took away its `instance`, `label`, `runners`, its `job` (`lost`, `none`, `finished` or `unknown`), the names of the `lostJobs`, and the times `noticedAt` and `endsAt` of EC2's notice, or `null`; empty if none is known.",
  cost: 'What the machines cost together, in US dollars, such as `0.0335`; `unknown` if the cost of one of them is.',
  costs:
    'JSON: for each machine its `instance`, `type`, `region`, `market`, `minutes`, `hourly` and `cost` (US dollars), and the seconds `startUp`, `idleBefore` and `idleAfter`; `null` for what is unknown.',
};
