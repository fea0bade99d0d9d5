import { translateMappings } from './block-device-mappings.js';
import type { RawInputs } from './inputs.js';

/** The inputs of machulav/ec2-github-runner that are ignored, and why. */
const dropped: Readonly<Record<string, string>> = {
  mode: 'start-runner and stop-runner are separate actions',
  'use-jit': 'every runner is just-in-time',
  'run-runner-as-service': 'the boot agent starts the runner',
  'runner-debug': 'a failed start always shows the boot phases and the console',
  'startup-quiet-period-seconds': 'nothing waits a fixed time',
  'startup-retry-interval-seconds': 'the polling interval follows the boot',
  'ec2-device-name': 'the image defines the name of the root device',
  'metadata-options': 'IMDSv2 is always required, with a hop limit of 2 so that containers reach it',
};

/** Inputs that have another name here. */
const renamed: Readonly<Record<string, string>> = {
  'run-runner-as-user': 'run-as-user',
  'runner-group-id': 'runner-group',
};

/** The defaults in ec2-github-runner's action.yml, which cause no notice: the workflow may not have set them. */
const defaults: Readonly<Record<string, readonly string[]>> = {
  'run-runner-as-service': ['false'],
  'use-jit': ['false', 'true'],
  'runner-debug': ['false'],
};

export interface Migrated {
  readonly raw: RawInputs;
  readonly notices: readonly string[];
  readonly problems: readonly string[];
}

/** Translates the inputs of ec2-github-runner, so that a migration changes only the `uses:` line of a workflow. */
export function migrateInputs(inputs: RawInputs, action: 'start' | 'stop'): Migrated {
  const raw: Record<string, { text: string; origin?: string }> = { ...inputs };
  const notices: string[] = [];
  const problems: string[] = [];
  const take = (name: string): string => {
    const text = raw[name]?.text.trim() ?? '';
    delete raw[name];
    return text;
  };
  const put = (name: string, text: string, from: string) => {
    if ((raw[name]?.text.trim() ?? '') === '') raw[name] = { text, origin: `from \`${from}\`` };
  };

  const mode = raw['mode']?.text.trim() ?? '';
  if (mode !== '' && mode !== action) {
    problems.push(
      `\`mode\` is "${mode}"; allowed here: \`${action}\` or nothing. To ${mode} runners, use the ${mode}-runner action.`,
    );
  }
  for (const [name, why] of Object.entries(dropped)) {
    const text = take(name);
    if (text !== '' && !defaults[name]?.includes(text)) notices.push(`\`${name}\` is ignored: ${why}.`);
  }
  for (const [name, newName] of Object.entries(renamed)) {
    const text = take(name);
    if (text !== '') put(newName, text, name);
  }
  for (const [name, translate] of Object.entries(translated)) {
    const text = take(name);
    if (text === '' || text === '[]') continue;
    const outcome = translate(text, raw);
    if (typeof outcome === 'string' || Array.isArray(outcome)) {
      problems.push(...[outcome].flat().map((problem) => `\`${name}\`: ${problem}`));
    } else for (const [target, value] of Object.entries(outcome)) put(target, value, name);
  }
  return { raw, notices, problems };
}

/** @returns inputs of this suite by name, or what is wrong with the text */
type Translation = (
  text: string,
  raw: Record<string, { text: string }>,
) => Readonly<Record<string, string>> | string | readonly string[];

const translated: Readonly<Record<string, Translation>> = {
  'availability-zones-config': translateZones,
  'block-device-mappings': translateMappings,
  packages: translatePackages,
};

function translateZones(text: string): Readonly<Record<string, string>> | string {
  const zones = parseRecords(text);
  if (!zones) return 'not a JSON list of objects with imageId, subnetId and securityGroupId.';
  const all = (key: string) => [...new Set(zones.map((zone) => renderScalar(zone[key])).filter((one) => one !== ''))];
  if (all('region').length > 0)
    return '`region` inside it is not supported; set AWS_REGION and list the subnets of the region in `subnet-id`.';
  if (all('imageId').length > 1)
    return 'several images in one region are not supported; list the subnets in `subnet-id` and name one image in `ec2-image-id`.';
  return dropEmpty({
    'ec2-image-id': all('imageId').join('\n'),
    'subnet-id': all('subnetId').join('\n'),
    'security-group-id': all('securityGroupId').join('\n'),
  });
}

/** Puts the installation of the packages before the pre-runner script, with the package manager of the image. */
function translatePackages(
  text: string,
  raw: Record<string, { text: string }>,
): Readonly<Record<string, string>> | string {
  let names: unknown;
  try {
    names = JSON.parse(text);
  } catch {
    names = undefined;
  }
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string' && /^[\w.+:-]+$/.test(name))) {
    return 'not a JSON list of package names.';
  }
  const list = names.join(' ');
  const install = `if command -v apt-get >/dev/null; then apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy ${list}; else yum install -qy ${list}; fi`;
  const script = raw['pre-runner-script']?.text ?? '';
  delete raw['pre-runner-script'];
  return { 'pre-runner-script': script === '' ? install : `${install}\n${script}` };
}

function parseRecords(text: string): Record<string, unknown>[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const isList = Array.isArray(parsed) && parsed.every((one) => typeof one === 'object' && one !== null);
    return isList ? (parsed as Record<string, unknown>[]) : undefined;
  } catch {
    return undefined;
  }
}

/** '' for a value that is neither a text nor a number. */
function renderScalar(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function dropEmpty(record: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ''));
}
