import { listPresetInputs } from '../../actions/find-preset.js';
import { checkPresets, type CheckReport } from '../../src/core/config/check-presets.js';
import { resolvePreset } from '../../src/core/config/presets.js';
import { isMap } from '../../src/core/config/value.js';
import { readYaml } from '../../src/core/config/yaml-document.js';
import type { YamlLanguage } from '../../src/core/config/yaml-scalars.js';
import { plural } from '../../src/core/kernel/plural.js';
import { parse } from '../../src/core/kernel/yaml.js';

export interface FileCheck {
  /** One a finding, as `FILE:LINE: text`, and one with the count. */
  readonly lines: readonly string[];
  readonly hasProblems: boolean;
}

/** Checks a presets file: a configuration with `ci_presets:`, or start-runner's file with `presets:`. */
export function checkFile(path: string, text: string, language: YamlLanguage): FileCheck {
  const { value } = readYaml(text, language);
  const isForMachines = isMap(value) && 'presets' in value && !('ci_presets' in value);
  const report = isForMachines
    ? checkMachinePresets(path, text, Object.keys(value['presets'] ?? {}))
    : checkPresets(text, language);
  const { problems, notices, presets } = report;
  const render = (severity: string, { line, text: what }: CheckReport['problems'][number]) =>
    line === 0 ? `${severity}: ${what}` : `${path}:${line}: ${severity}: ${what}`;
  const count = plural(presets, 'preset');
  return {
    lines: [
      ...problems.map((one) => render('error', one)),
      ...notices.map((one) => render('notice', one)),
      problems.length === 0
        ? `${path}: ${count}, all usable.`
        : `${path}: ${count}, ${plural(problems.length, 'problem')}.`,
    ],
    hasProblems: problems.length > 0,
  };
}

/** The problems of start-runner's presets name the file themselves. */
function checkMachinePresets(path: string, text: string, names: readonly string[]): CheckReport {
  const allowed = listPresetInputs();
  const found = names.flatMap((name) => resolvePreset(name, { path, text, parse }, allowed).problems);
  const problems = [...new Set(found)].map((problem) => ({ line: 0, text: problem }));
  return { problems, notices: [], presets: names.length };
}
