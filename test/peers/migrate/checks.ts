import { readFileSync } from 'node:fs';
import { errorOf, logOf } from '../../worlds/sandbox/scene.js';
import type { StepResult } from '../../../sandbox/step.js';
import type { Case } from './cases.js';
import type { Seen } from './plays.js';

/** What every play of a case showed, by the play's name. */
export type Shown = Readonly<Record<string, Seen>>;

/** What is not as the case expects, one sentence each. */
export function findFaults(one: Case, shown: Shown): string[] {
  const expected = Object.entries(one.expected.checks).flatMap(([name, text]) =>
    judge(name, String(text), { one, shown }).map((fault) => `${name}: ${fault}`),
  );
  return [...expected, ...findDangers(one, shown)];
}

/** What no case may show, whether or not its checks name it. */
function findDangers(one: Case, shown: Shown): string[] {
  const { single, failed, trios } = shown;
  const faults: string[] = [];
  const say = (isFault: boolean, sentence: string) => void (isFault && faults.push(sentence));
  for (const [play, { stop }] of Object.entries(shown)) {
    if (!stop) continue;
    say(stop.code !== 0, `${play}: the stop fails: ${errorOf(stop)}`);
    say(errorOf(stop).includes('launched'), `${play}: the error of the stop speaks of a launch`);
  }
  say(single?.start?.code === 0 && single.fates?.['machine'] === 'alive', 'single: the stop leaves the machine');
  say(failed?.fates?.['left'] === true, 'failed: a machine is left');
  say(trios?.fates?.['b_start'] === true, 'trios: the second start did not fail, so the play shows nothing');
  if (one.plays.includes('killed')) say(shown['killed']?.fates?.['was'] !== true, 'killed: no machine was left behind');
  return faults;
}

interface Evidence {
  readonly one: Case;
  readonly shown: Shown;
}

function judge(name: string, text: string, { one, shown }: Evidence): string[] {
  const first = Object.values(shown).find(({ start }) => start)?.start;
  if (name === 'start') return judgeStart(text, first!, { one, shown });
  if (name === 'stop') return judgeStop(text, shown['stopwith'] ?? shown['single']!, one);
  if (name === 'exports') return judgeExports(first!);
  if (name === 'failed.stop') return shown['failed']?.stop?.code === 0 ? [] : ['it fails'];
  if (name === 'slow.start') {
    const slow = shown['slow']!.start!;
    return slow.code === 0 || errorOf(slow).includes('`startup-timeout-minutes: 15`') ? [] : [errorOf(slow)];
  }
  if (text.startsWith('told')) {
    const from = shown[name]?.start ?? first!;
    const told = from.lines.filter((line) => /^::(warning|notice)/.test(line)).join('\n');
    const wanted = name === 'keepalive' ? ['fill-pool', 'one job'] : listLines(text.split('; or')[0]!);
    return wanted.filter((line) => !told.includes(line)).map((line) => `${line} is not told at the start`);
  }
  const [play, key] = name.includes('.') ? name.split('.') : ['sibling', name];
  const fate = shown[play!]?.fates?.[key!];
  return String(fate) === text ? [] : [`it is ${String(fate)}, not ${text}`];
}

function judgeStart(text: string, start: StepResult, { one, shown: { groups, single } }: Evidence): string[] {
  if (text.startsWith('refused') && start.code === 0) return judgeTaken(text, single!);
  if (start.code !== 0 && text.includes('refused')) {
    const said = `${logOf(start)}\n${errorOf(start)}`;
    // Placeholders such as `subnet-a` stand for a case's own values.
    const lines = listLines(text).filter((line) => !/subnet-a|sg-a/.test(line));
    return lines.filter((line) => !said.includes(line)).map((line) => `the refusal does not name ${line}`);
  }
  if (start.code !== 0) return [errorOf(start)];
  const isWarned = start.lines.some((line) => line.startsWith('::warning'));
  const isToBe = Object.values(one.expected.checks).some((check) => String(check).startsWith('told'));
  return [
    ...(isWarned === isToBe ? [] : [`warned: ${isWarned}`]),
    ...(text.includes('root 100 GiB') && !single?.volumes?.includes(100) ? ['its root has not 100 GiB'] : []),
    ...(text.includes('its own group') ? judgeGroups(groups!) : []),
  ];
}

/** What a case would have refused may also be taken, with the values that the lines would give. */
function judgeTaken(text: string, { parameters = [] }: Seen): string[] {
  const values = listLines(text).map((line) => line.split(': ')[1] ?? '');
  const missing = values.filter((value) => !parameters.includes(value));
  return missing.map((value) => `it is neither refused nor launched with ${value}`);
}

function judgeGroups({ launches = [] }: Seen): string[] {
  const own: Readonly<Record<string, string>> = { a: 'sg-0aaaaaaaaaaaaaa01', b: 'sg-0aaaaaaaaaaaaaa02' };
  const wrong = launches.filter(([subnet, groups]) => groups.join() !== own[subnet.at(-1)!]);
  const faults = wrong.map(([subnet, groups]) => `${subnet} is launched with ${groups.join(' and ')}`);
  return launches.length < 2 ? ['not both zones were tried', ...faults] : faults;
}

function judgeStop(text: string, { stop, fates }: Seen, one: Case): string[] {
  const ownNames = ['mode', 'label', 'github-token', 'ec2-instance-id', 'ec2-instance-ids'];
  const others = Object.keys(one.stop.succeeded).filter((name) => !ownNames.includes(name));
  const unnamed = others.filter((name) => !logOf(stop!).includes(`\`${name}\` is ignored`));
  return [
    ...(stop!.code === 0 ? [] : ['it fails']),
    ...(text.includes('gone') && fates?.['machine'] !== 'gone' ? ['the machine is left'] : []),
    ...unnamed.map((name) => `no line names ${name}`),
  ];
}

/** Whether exported variables reach the job is shown with real boot agents; here, that the agent carries them over. */
function judgeExports(start: StepResult): string[] {
  const agent = readFileSync(new URL('../../../ami/boot/agent.sh', import.meta.url), 'utf8');
  const isCarried = /export -p|declare -p?x|compgen -e|env -0/.test(agent);
  return isCarried || logOf(start).includes('.env') ? [] : ['they neither reach the job nor are told'];
}

/** The texts in backticks, up to an ellipsis, without those of inputs to drop: these may stay if they change nothing. */
function listLines(text: string): string[] {
  const wanted = text.replaceAll(/(drop|for) `[^`]+`((,| and) `[^`:]+`)*/g, '');
  return [...wanted.matchAll(/`([^`]+)`/g)].map(([, line]) => line!.split('…')[0]!.trim());
}
