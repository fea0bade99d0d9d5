import type { RawInputs, ValuesOf } from '../src/core/inputs/inputs.js';
import { Failure } from '../src/core/kernel/failure.js';
import type { Scope } from '../src/core/kernel/identity.js';
import type { StartGitHub } from '../src/core/start/ports.js';
import type { RunContext } from '../src/host/context.js';
import { checkCredentials, credentialInputs } from './credentials.inputs.js';
import { presetInputs } from './machine.inputs.js';
import { inputs } from './start-runner.inputs.js';

/** Inputs without which the presets cannot be read. */
export const earlyInputs = {
  ...credentialInputs,
  ...presetInputs,
  'runner-scope': inputs['runner-scope'],
};
type EarlyValues = ValuesOf<typeof earlyInputs>;
export type Connect = (values: ValuesOf<typeof credentialInputs>, scope: Scope) => Promise<StartGitHub>;

/** Connects to GitHub, unless an input for it is invalid. @returns the problems that parsing the inputs does not report */
export async function reachGitHub(
  raw: RawInputs,
  early: { readonly values: EarlyValues; readonly problems: readonly string[] },
  { context, connect }: { context: RunContext; connect: Connect },
): Promise<{ scope?: Scope; github?: StartGitHub; problems: string[] }> {
  const problems = checkCredentials(raw);
  if (early.problems.length > 0) return { problems };
  const { scope, problem } = readScope(early.values['runner-scope'], context);
  if (problem !== undefined) problems.push(problem);
  if (scope === undefined || problems.length > 0) return { problems };
  try {
    return { scope, github: await connect(early.values, scope), problems };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'bad-input') throw error;
    return { problems: [`${error.message} ${error.hint}`] };
  }
}

function readScope(text: string, context: RunContext): { scope?: Scope; problem?: string } {
  if (text === 'org') return { scope: { kind: 'org', org: context.owner } };
  if (text === 'repo') return { scope: { kind: 'repo', owner: context.owner, repo: context.repo } };
  const enterprise = text.split(':')[1] ?? context.enterprise;
  if (enterprise) return { scope: { kind: 'enterprise', enterprise } };
  return { problem: '`runner-scope` is "enterprise", but the event does not name one; allowed: `enterprise:slug`.' };
}
