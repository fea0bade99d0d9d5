import { parse } from 'yaml';
import { toLocal } from '../worlds/own-repository.js';

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly needs?: string | readonly string[];
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}
type Declared = Readonly<Record<string, { readonly value?: string }>>;
export interface Workflow {
  readonly on: {
    readonly workflow_call?: { readonly inputs?: Declared; readonly secrets?: Declared; readonly outputs?: Declared };
    readonly workflow_dispatch?: { readonly inputs?: Declared };
  };
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}
interface Action {
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** Reads a called workflow or an action by its path in the repository. */
export type Lookup = (path: string) => string;

/** Inputs of a called workflow that are left at their defaults. */
const leftToDefault: readonly string[] = ['ec2-instance-type', 'ec2-image-id', 'required-secrets'];

/**
 * Lists the inputs, secrets and outputs that are declared but not used, or used but not declared, and the steps and
 * called workflows that get an undeclared input or miss a declared one.
 */
export function findBrokenWires(text: string, lookup: Lookup): string[] {
  const workflow = parse(text) as Workflow;
  // A value has an effect in a job or in the workflow's environment. In `run-name` it has none.
  const jobs = JSON.stringify([workflow.jobs, workflow.env ?? {}]);
  const call = workflow.on.workflow_call ?? {};
  const inputs = new Set([
    ...Object.keys(call.inputs ?? {}),
    ...Object.keys(workflow.on.workflow_dispatch?.inputs ?? {}),
  ]);
  return [
    ...compare('input', inputs, namesIn(jobs, /\binputs\.([\w-]+)/g)),
    ...(workflow.on.workflow_call
      ? compare('secret', new Set(Object.keys(call.secrets ?? {})), namesIn(jobs, /\bsecrets\.(\w+)/g))
      : []),
    ...checkJobOutputs(workflow),
    ...Object.entries(workflow.jobs).flatMap(([name, job]) => [
      ...checkStepOutputs(name, job, lookup),
      ...checkCall(name, job, lookup),
      ...(job.steps ?? []).flatMap((step) => checkStep(name, step, lookup)),
    ]),
  ];
}

function namesIn(text: string, pattern: RegExp): Set<string> {
  return new Set([...text.matchAll(pattern)].map(([, name = '']) => name));
}

function compare(what: string, declared: ReadonlySet<string>, used: ReadonlySet<string>): string[] {
  return [
    ...[...declared].filter((name) => !used.has(name)).map((name) => `${what} ${name} is declared and used nowhere`),
    ...[...used].filter((name) => !declared.has(name)).map((name) => `${what} ${name} is used and not declared`),
  ];
}

/** `needs.JOB.outputs.NAME`, and `jobs.JOB.outputs.NAME` in the workflow's own outputs. */
function checkJobOutputs({ on, jobs }: Workflow): string[] {
  const everything = JSON.stringify(jobs) + JSON.stringify(on.workflow_call?.outputs ?? {});
  const used = namesIn(everything, /\b(?:needs|jobs)\.(\w+\.outputs\.[\w-]+)/g);
  const own = Object.entries(jobs).filter(([, job]) => job.uses === undefined);
  const declared = own.flatMap(([name, job]) =>
    Object.keys(job.outputs ?? {}).map((output) => `${name}.outputs.${output}`),
  );
  // `toJSON(needs)` reads every output of the jobs that the job needs.
  for (const job of Object.values(jobs).filter((one) => JSON.stringify(one).includes('toJSON(needs)'))) {
    for (const name of declared) if ([job.needs ?? []].flat().includes(name.split('.')[0]!)) used.add(name);
  }
  const ofOwn = new Set([...used].filter((name) => own.some(([job]) => name.startsWith(`${job}.`))));
  const needed = Object.entries(jobs).flatMap(([name, job]) =>
    [...namesIn(JSON.stringify(job), /\bneeds\.(\w+)\.(?:outputs|result)/g)]
      .filter((other) => ![job.needs ?? []].flat().includes(other))
      .map((other) => `${name} looks at ${other}, which it does not need`),
  );
  return [...compare('output', new Set(declared), ofOwn), ...needed];
}

function checkStepOutputs(name: string, job: Job, lookup: Lookup): string[] {
  const used = namesIn(JSON.stringify(job), /\bsteps\.(\w+\.outputs\.[\w-]+)/g);
  return [...used].flatMap((path) => {
    const [id = '', , output = ''] = path.split('.');
    const step = job.steps?.find((one) => one.id === id);
    if (!step) return [`${name} looks at a step ${id} that it does not have`];
    const outputs = readAction(step, lookup)?.outputs;
    return outputs && !(output in outputs) ? [`${name}: ${step.uses} has no output ${output}`] : [];
  });
}

function checkStep(job: string, step: Step, lookup: Lookup): string[] {
  const inputs = readAction(step, lookup)?.inputs;
  if (!inputs) return [];
  const given = Object.keys(step.with ?? {});
  return given.filter((name) => !(name in inputs)).map((name) => `${job}: ${step.uses} takes no input ${name}`);
}

function readAction({ uses }: Step, lookup: Lookup): Action | undefined {
  const [, folder] = /^\.\/([\w-]+)$/.exec(toLocal(uses ?? '')) ?? [];
  return folder === undefined ? undefined : (parse(lookup(`${folder}/action.yml`)) as Action);
}

function checkCall(name: string, { uses, with: given = {}, secrets = {} }: Job, lookup: Lookup): string[] {
  const [, path] = /^\.\/(\.github\/workflows\/[\w-]+\.yml)$/.exec(toLocal(uses ?? '')) ?? [];
  if (path === undefined) return [];
  const { inputs = {}, secrets: wanted = {} } = (parse(lookup(path)) as Workflow).on.workflow_call ?? {};
  const isOurs = uses?.startsWith('./') ?? false;
  const missing = Object.keys(inputs).filter((input) => isOurs && !(input in given) && !leftToDefault.includes(input));
  return [
    ...Object.keys(given)
      .filter((input) => !(input in inputs))
      .map((input) => `${name}: ${path} takes no input ${input}`),
    ...Object.keys(secrets)
      .filter((one) => !(one in wanted))
      .map((one) => `${name}: ${path} takes no secret ${one}`),
    ...missing.map((input) => `${name}: ${path} is not given ${input}`),
    ...Object.keys(wanted)
      .filter((one) => isOurs && !(one in secrets))
      .map((one) => `${name}: ${path} is not given the secret ${one}`),
  ];
}
