import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ComposeOutcome } from '../../../src/core/compose/outcome.js';
import { plural } from '../../../src/core/kernel/plural.js';
import type { Stage } from '../stage.js';
import type { StepReport } from './step.js';

const MARKS = { passed: '✓', failed: '✗', skipped: '–' } as const;

/** Prints what run-compose found: the verdict with its reasons, phases, services, and where the artifacts are. */
export function printOutcome(report: StepReport, kept: string | undefined, stage: Stage): void {
  const { verdict = '', phase = '', 'exit-code': exitCode = '' } = report.outputs;
  stage.print('── what a user sees');
  const outcome = kept === undefined ? undefined : readOutcome(kept);
  stage.print(verdict === '' ? '   No verdict.' : `   Verdict: ${verdict}, phase ${phase}, exit code ${exitCode}.`);
  for (const reason of outcome?.reasons ?? []) stage.print(`   Why: ${reason}`);
  if (outcome?.hint !== undefined) stage.print(`   What to do: ${outcome.hint}`);
  for (const warning of outcome?.warnings ?? []) stage.print(`   Warning: ${warning}`);
  for (const line of outcome ? listPhases(outcome) : []) stage.print(`   ${line}`);
  const result = report.outputs['result']?.trim() ?? '';
  if (result !== '') for (const line of `Result: ${result.slice(0, 500)}`.split('\n')) stage.print(`   ${line}`);
  if (kept !== undefined) printArtifacts(kept, stage);
}

function listPhases({ phases, services }: ComposeOutcome): string[] {
  const begin = phases[0]?.beganAt ?? 0;
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1).padStart(6)} s`;
  return [
    'Phases:                  begin   duration',
    ...phases.map(({ name, outcome, beganAt, endedAt, detail }) =>
      `  ${MARKS[outcome]} ${name.padEnd(14)} ${seconds(beganAt - begin)}  ${seconds(endedAt - beganAt)}  ${detail ?? ''}`.trimEnd(),
    ),
    'Services:                ready',
    ...services.map(
      ({ service, role, readyAt, readyBy, exitCode }) =>
        `  ${service.padEnd(16)} ${readyAt === undefined ? '       –' : seconds(readyAt - begin)}  ${[role, readyBy, exitCode === undefined ? undefined : `exit code ${exitCode}`].filter(Boolean).join(', ')}`,
    ),
  ];
}

function readOutcome(folder: string): ComposeOutcome | undefined {
  const file = join(folder, 'outcome.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ComposeOutcome) : undefined;
}

function printArtifacts(folder: string, stage: Stage): void {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => ({ path, found: statSync(join(folder, path)) }))
    .filter(({ found }) => found.isFile());
  stage.print(`   Artifacts: ${plural(files.length, 'file')} in ${shorten(folder)}, with summary.md:`);
  for (const { path, found } of files.sort((a, b) => (a.path < b.path ? -1 : 1)))
    stage.print(`     ${String(found.size).padStart(8)} bytes  ${path}`);
}

/** Relative to this folder, if the path is in it. */
function shorten(path: string): string {
  const short = relative('.', path);
  return short.startsWith('..') ? path : short;
}

/**
 * Copies the artifacts and the summary of the step to a folder of this machine.
 *
 * @returns the folder; `undefined`: the step left no artifacts
 */
export function keepArtifacts(artifacts: string | undefined, report: StepReport, keep: string): string | undefined {
  if (artifacts === undefined || !existsSync(artifacts)) return undefined;
  const folder = join(keep, artifacts.split('/').at(-1)!);
  mkdirSync(folder, { recursive: true });
  cpSync(artifacts, folder, { recursive: true });
  writeFileSync(join(folder, 'summary.md'), report.summary);
  return folder;
}
