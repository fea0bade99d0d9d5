import type { Plan } from '../src/core/command/plan.js';
import { type ValueMap, writeJson } from '../src/core/config/value.js';
import { writeYaml } from '../src/core/config/write-yaml.js';
import { shorten } from '../src/core/kernel/markdown.js';
import { plural } from '../src/core/kernel/plural.js';
import type { Log } from '../src/core/ports/process.js';
import { writeConfigFile } from '../src/host/config-file.js';
import { writeOutputs } from '../src/host/outputs.js';

/** GitHub allows 1 MB for the outputs of a job, at two bytes a character. */
const MOST_CONFIG = 400_000;

/** Enough to see why. The answer on the pull request and the job summary have all of it. */
const MOST_REASON = 2_000;

/** The run ends here: every job that needs an output of the plan is left out. */
export function writeSkip(why: string, log: Log): void {
  const skip = shorten(why, MOST_REASON);
  log.notice(`Nothing runs: ${skip}`);
  writeOutputs({ sha: '', skip, environments: '', answer: '' });
}

/** @param answer what the last job passes to post the verdict; '' if nobody waits for one */
export function writePlan(plan: Plan, answer: string, log: Log): void {
  writeOutputs({
    sha: plan.sha,
    skip: '',
    args: plan.args.join(' '),
    environments: plan.environments.join(', '),
    ...(plan.config && writeConfig(plan.config, log)),
    ...(plan.config && { overrides: writeJson(plan.overrides) }),
    // One a line, whatever a name holds.
    'presets-applied': plan.presets.map((name) => name.replace(/\s+/g, ' ')).join('\n'),
    phases: plan.phases
      .filter(({ runs }) => runs)
      .map(({ name }) => name)
      .join(', '),
    machine: plan.machine,
    ...(plan.composeOverride !== undefined && { 'compose-override': plan.composeOverride }),
    answer,
  });
}

function writeConfig(config: ValueMap, log: Log): Readonly<Record<string, string>> {
  const json = writeJson(config);
  const isSmall = json.length <= MOST_CONFIG;
  if (!isSmall)
    log.warning(
      `The output \`config\` is empty, because the configuration has ${plural(json.length, 'character')} as JSON and GitHub passes fewer on. Upload the file that \`config-file\` names as an artifact.`,
    );
  return { config: isSmall ? json : '', 'config-file': writeConfigFile(writeYaml(config)) };
}
