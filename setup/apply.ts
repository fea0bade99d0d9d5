import { createApp, waitForInstallation, type AppWorld } from './app/create.js';
import { resolveArgument, type Command, type Later } from './command.js';
import type { Facts } from './facts/facts.js';
import { describeStack } from './facts/stack.js';
import { SetupError } from './problems.js';
import { askAws, valueOf } from './program.js';
import type { CreatedApp } from './state.js';
import type { Step } from './steps/step.js';

/** The words of AWS and GitHub for something that another set-up has made in the meantime. */
const THERE_ALREADY =
  /EntityAlreadyExists|has been taken in this account|Reference already exists|pull request already exists/;
const AGAIN = 'Run the same command again: what is done stays, and it goes on from here.';

/** Where the steps apply. */
export interface Target {
  readonly stack: string;
  readonly region: string;
  /** Absent when a set-up is removed. */
  readonly facts?: Facts;
}

/** Runs the steps that are not done, in order. Stops at the first that fails. @throws SetupError */
export async function applySteps(steps: readonly Step[], target: Target, world: AppWorld): Promise<void> {
  const values = new Values(target, world);
  const open = steps.filter(({ isDone }) => !isDone);
  for (const [index, step] of open.entries()) {
    world.say(`[${index + 1}/${open.length}] ${step.title}`);
    if (step.person) await values.useApp(step.person.kind);
    for (const command of step.commands) await runCommand(command, step, { target, world, values });
  }
  world.state.forgetApp();
}

/** Values that steps make for later steps. */
class Values {
  private app: CreatedApp | undefined;
  private outputs: ReadonlyMap<string, string> | undefined;

  constructor(
    private readonly target: Target,
    private readonly world: AppWorld,
  ) {
    const credentials = target.facts?.credentials;
    this.app = credentials?.kind === 'app' ? credentials.app : undefined;
  }

  async useApp(kind: 'create-app' | 'use-app'): Promise<void> {
    const facts = this.target.facts ?? missing('facts');
    if (kind === 'use-app' && this.app) await waitForInstallation(this.app, facts, this.world);
    else this.app = await createApp(facts, this.world);
  }

  async resolve(value: Later): Promise<string> {
    switch (value.kind) {
      case 'output':
        return this.readOutput(value.key);
      case 'app-id':
        return `${this.app?.id ?? missing('the App')}`;
      case 'app-key':
        return this.app?.key ?? missing('the App');
      case 'token':
        return this.token() ?? missing('the token');
    }
  }

  private token(): string | undefined {
    const credentials = this.target.facts?.credentials;
    return credentials?.kind === 'token' ? credentials.token : undefined;
  }

  private async readOutput(key: string): Promise<string> {
    const { stack, region } = this.target;
    this.outputs ??= (await describeStack(this.world.tools, { name: stack, region }))?.outputs;
    const value = this.outputs?.get(key);
    if (value !== undefined) return value;
    const what = `The stack ${stack} has no output ${key}.`;
    throw new SetupError([{ what, remedy: 'Look at the stack in the CloudFormation console.' }], AGAIN);
  }
}

function missing(what: string): never {
  throw new Error(`A step needs ${what} before it exists.`);
}

interface Context {
  readonly target: Target;
  readonly world: AppWorld;
  readonly values: Values;
}

async function runCommand(command: Command, step: Step, { target, world, values }: Context): Promise<void> {
  const args: string[] = [];
  for (const argument of command.args) args.push(await resolveArgument(argument, (value) => values.resolve(value)));
  const stdin = command.stdin && (await values.resolve(command.stdin));
  const ran = await world.tools.run(command.program, args, stdin === undefined ? {} : { stdin });
  const link = /^https?:\/\/\S+$/.exec(ran.stdout.trim())?.[0];
  if (ran.code === 0) return link === undefined ? undefined : world.say(`  ${link}`);
  if (THERE_ALREADY.test(ran.stderr)) return world.say('  It is there already.');
  const said = ran.stderr.trim() || ran.stdout.trim() || 'no message';
  const isStack = command.args.includes('cloudformation');
  const reasons = isStack ? await readReasons(target, world) : [];
  const what = [`This step failed: ${step.title}.`, ...indent(said), ...reasons.flatMap(indent)].join('\n');
  throw new SetupError([{ what, remedy: adviseOn(said, command) }], AGAIN);
}

function indent(text: string): string[] {
  return text.split('\n').map((line) => `    ${line}`);
}

/** What failed in the stack: CloudFormation's own message names only the stack. */
async function readReasons({ stack, region }: Target, { tools }: AppWorld): Promise<readonly string[]> {
  type Events = {
    StackEvents: { ResourceStatus?: string; ResourceStatusReason?: string; LogicalResourceId?: string }[];
  };
  const names = ['--stack-name', stack, '--region', region];
  const events = valueOf(await askAws<Events>(tools, ['cloudformation', 'describe-stack-events', ...names]));
  return (events?.StackEvents ?? [])
    .filter(
      ({ ResourceStatus = '', ResourceStatusReason: why = '' }) =>
        ResourceStatus.endsWith('_FAILED') && !/cancelled/.test(why),
    )
    .slice(0, 5)
    .map(({ LogicalResourceId, ResourceStatusReason }) => `${LogicalResourceId}: ${ResourceStatusReason}`);
}

function adviseOn(said: string, { program }: Command): string {
  if (/AccessDenied|UnauthorizedOperation|not authorized/i.test(said))
    return 'Use a login of AWS that may manage IAM roles and CloudFormation stacks, such as AdministratorAccess.';
  if (program === 'gh' && /HTTP 403|HTTP 404/.test(said))
    return 'The login of gh may not do this. See `gh auth status`, or ask an administrator of the repository.';
  if (/ROLLBACK|rolled back|Failed to create/i.test(said))
    return 'Correct the reason above. The next run deletes the failed stack first.';
  return 'Correct the reason above.';
}
