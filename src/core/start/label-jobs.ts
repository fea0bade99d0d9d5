import {
  asList,
  asNode,
  asText,
  interpolate,
  listLegs,
  listNeeds,
  listRunsOn,
  mentions,
  type Node,
} from './workflow-document.js';

/** Which step asks, and how it reads workflow files. */
export interface LabelQuestion {
  /** The path of the run's workflow file in its repository. */
  readonly path: string;
  /** GITHUB_JOB, and GITHUB_ACTION: the step's id, if it has one. */
  readonly job: string;
  readonly step: string;
  readonly label: string;
  /** Of which role `label` is. Absent: the start has no roles. */
  readonly role?: string;
  /** The values of the context `github` that are known. */
  readonly github: Node;
  /** The parsed file; `undefined` if it cannot be read. */
  readonly read: (path: string) => Promise<unknown>;
}

/** A job whose `runs-on` asks for the label. */
export interface LabelJob {
  readonly name: string;
  /** How many legs of it ask for the label; at least so many if `isOpen`. */
  readonly count: number;
  readonly isOpen: boolean;
  /** What it waits for after the start: names of jobs, `its concurrency group` … */
  readonly awaits: readonly string[];
  readonly timeoutMinutes: number;
  /** Labels that it asks for as well. */
  readonly otherLabels: readonly string[];
  /** Its `if` asks for an output of the start, so it does not run without one. */
  readonly isGuarded: boolean;
}

export interface LabelJobs {
  readonly jobs: readonly LabelJob[];
  /** How many legs of the start's own job have this label. */
  readonly starts: number;
}

/** A workflow file with a job of the start, or with a job that calls such a file. */
interface Place {
  readonly document: Node;
  /** The job of the start, or the job that calls its file. */
  readonly root: string;
  /** Paths of expressions that hold the label. */
  readonly paths: readonly string[];
  /** The input `label` as the workflow has it. */
  readonly written?: string;
}

/** The jobs of the run that ask for a start's label. `undefined` when its own job cannot be found. */
export async function findLabelJobs(question: LabelQuestion): Promise<LabelJobs | undefined> {
  const document = asNode(await question.read(question.path));
  const own = asNode(asNode(document['jobs'])[question.job]);
  if ('steps' in own) return count([placeOf(document, own, question)], own, question);
  let most: LabelJobs | undefined;
  for (const [root, job] of Object.entries(asNode(document['jobs']))) {
    const called = asNode(await readCalled(asNode(job), question));
    const start = asNode(asNode(called['jobs'])[question.job]);
    if (!('steps' in start)) continue;
    const inner = placeOf(called, start, question);
    const outputs = Object.entries(asNode(asNode(asNode(called['on'])['workflow_call'])['outputs']));
    const handed = outputs.filter(([, output]) =>
      inner.paths.some((path) => mentions(asText(asNode(output)['value']), path.replace(/^needs/, 'jobs'))),
    );
    const outer = { document, root, paths: handed.map(([name]) => `needs.${root}.outputs.${name}`) };
    const found = await count([inner, outer], start, question);
    if (!most || sum(found) > sum(most)) most = found;
  }
  return most;
}

function sum({ jobs }: LabelJobs): number {
  return jobs.reduce((all, one) => all + one.count, 0);
}

async function readCalled({ uses }: Node, { read }: LabelQuestion): Promise<unknown> {
  return typeof uses === 'string' && uses.startsWith('./') ? read(uses.slice(2)) : undefined;
}

/** The outputs of the job count as the label, except those of other starts in it. */
function placeOf(document: Node, own: Node, question: LabelQuestion): Place {
  const step = findStep(own, question);
  const others = asList(own['steps'])
    .map(asNode)
    .filter((one) => one['id'] !== step['id'] && one['uses'] !== undefined && one['uses'] === step['uses']);
  const isOther = (text: string) => others.some(({ id }) => mentions(text, `steps.${asText(id)}.outputs.label`));
  const isOwn = (text: string) => mentions(text, `steps.${asText(step['id'])}.outputs.label`);
  const outputs = Object.entries(asNode(own['outputs'])).filter(
    ([, text]) => isOwn(asText(text)) || !isOther(asText(text)),
  );
  const written = asText(asNode(step['with'])['label']);
  return {
    document,
    root: question.job,
    paths: outputs.map(([name]) => `needs.${question.job}.outputs.${name}`),
    written,
  };
}

/** The step that asks: the one with its id, or else the only one that uses start-runner. */
function findStep(own: Node, { step }: LabelQuestion): Node {
  const steps = asList(own['steps']).map(asNode);
  const using = steps.filter(({ uses }) => /\/start-runner(@|$)/.test(asText(uses)));
  return steps.find(({ id }) => id === step) ?? (using.length === 1 ? using[0]! : {});
}

async function count(places: readonly Place[], own: Node, question: LabelQuestion): Promise<LabelJobs> {
  const written = asNode(findStep(own, question)['with'])['label'];
  const labels = listLegs(own).values.map((matrix) =>
    interpolate(asText(written), { github: question.github, matrix }),
  );
  const starts = Math.max(1, labels.filter((one) => one === question.label).length);
  const jobs: LabelJob[] = [];
  for (const place of places) jobs.push(...(await collect(place, question, 1)));
  return { jobs, starts };
}

/** @param depth how many levels of called workflows are read */
async function collect(place: Place, question: LabelQuestion, depth: number): Promise<LabelJob[]> {
  const isLabel = (text: string) =>
    text === question.label || (selectsRole(text, question) && place.paths.some((path) => mentions(text, path)));
  const found: LabelJob[] = [];
  for (const [name, value] of Object.entries(asNode(place.document['jobs']))) {
    const job = asNode(value);
    const legs = listLegs(job).values.map((matrix) => ({ github: question.github, matrix }));
    const hits = legs.map((leg) => listRunsOn(job['runs-on'], leg)).filter((labels) => labels.some(isLabel));
    const frame = describe(name, job, place);
    if (hits.length > 0) found.push(describeHits(frame, hits, isLabel));
    else if (isSameLeg(job, place)) found.push({ ...frame, count: 1, isOpen: false });
    const inputs = Object.entries(asNode(job['with'])).filter(([, text]) =>
      isLabel(interpolate(asText(text), legs[0]!)),
    );
    if (job['uses'] === undefined || inputs.length === 0) continue;
    const document = depth > 0 ? asNode(await readCalled(job, question)) : {};
    if (!('jobs' in document)) found.push({ ...frame, count: legs.length, isOpen: true });
    const inner = { document, root: '', paths: inputs.map(([input]) => `inputs.${input}`) };
    for (const one of await collect(inner, question, depth - 1)) found.push(within(frame, one, legs.length));
  }
  return found;
}

/** Whether an expression takes the role's label of the output `labels`: `fromJSON(…).build`, `fromJSON(…)['build']`. */
function selectsRole(text: string, { role }: LabelQuestion): boolean {
  if (role === undefined) return true;
  const [, , plain, quoted] = /\bfromJSON\(([^()]*)\)\s*(?:\.([\w-]+)|\[\s*'([^']*)'\s*\])/i.exec(text) ?? [];
  return (plain ?? quoted)?.toLowerCase() === role.toLowerCase();
}

/** Whether the job has the label's own expression, whose value depends on a matrix that is computed later. */
function isSameLeg(job: Node, { written }: Place): boolean {
  const runsOn = asText(job['runs-on']);
  return /\bmatrix\s*[.[]/.test(runsOn) && runsOn.replaceAll(/\s/g, '') === written?.replaceAll(/\s/g, '');
}

function describe(name: string, job: Node, { document, root }: Place): LabelJob {
  const jobs = asNode(document['jobs']);
  const before = listNeeds(jobs, root);
  const isStart = (other: string) => asList(asNode(jobs[other])['steps']).some(usesSame(asNode(jobs[root])));
  const awaits = [...listNeeds(jobs, name)].filter((one) => one !== root && !before.has(one) && !isStart(one));
  const { concurrency, strategy } = job;
  const limit = Number(asNode(strategy)['max-parallel']);
  const legs = listLegs(job);
  const waits = [
    ...awaits,
    ...(concurrency !== undefined && asNode(concurrency)['cancel-in-progress'] !== true
      ? ['its concurrency group']
      : []),
    ...(limit < legs.values.length ? ['other legs of its matrix'] : []),
  ];
  const timeoutMinutes = Number(job['timeout-minutes']) || 0;
  const isGuarded = asText(job['if']).toLowerCase().includes(`needs.${root}.outputs.`.toLowerCase());
  const { values, isOpen } = legs;
  return { name, count: values.length, isOpen, awaits: waits, timeoutMinutes, otherLabels: [], isGuarded };
}

/** Another start takes no longer than this one. */
function usesSame(root: Node): (step: unknown) => boolean {
  const uses = (step: unknown) => asText(asNode(step)['uses']);
  const used = asList(root['steps']).map(uses);
  return (step) => uses(step).includes('runner') && used.includes(uses(step));
}

/** @param hits the labels of each leg that asks for the label */
function describeHits(
  frame: LabelJob,
  hits: readonly (readonly string[])[],
  isLabel: (text: string) => boolean,
): LabelJob {
  // Where an expression chooses by the matrix, it is unknown how many legs get the label.
  const isChosen = hits.flat().some((text) => isLabel(text) && /\bmatrix\s*[.[]/.test(text));
  return {
    ...frame,
    count: isChosen ? 1 : hits.length,
    isOpen: frame.isOpen || isChosen,
    otherLabels: [...new Set(hits.flat().flatMap((text) => (isLabel(text) ? listComposed(text) : text)))],
  };
}

/** The other labels of a list that an expression composes: `fromJSON(format('["self-hosted", "{0}"]', …))`. */
function listComposed(text: string): string[] {
  const [, list = ''] = /\bfromJSON\(\s*format\(\s*'\s*(\[[^']*\])/i.exec(text) ?? [];
  return [...list.matchAll(/"([^"{}]+)"/g)].map(([, label]) => label!);
}

function within(frame: LabelJob, one: LabelJob, legs: number): LabelJob {
  return {
    ...one,
    name: `${frame.name} / ${one.name}`,
    count: one.count * legs,
    isOpen: frame.isOpen || one.isOpen,
    awaits: [...frame.awaits, ...one.awaits],
  };
}
