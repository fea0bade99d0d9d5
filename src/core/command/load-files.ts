import { shorten } from '../config/describe-missing.js';
import { isMap } from '../config/value.js';
import { readYaml } from '../config/yaml-document.js';
import type { PlanRequest } from './plan.js';

/** A benchmark's payload or template: given as a value, or a file of the repository in JSON or YAML. */
export type DocumentSource = { readonly value: unknown } | { readonly path: string };

/** The files that a request needs. */
export interface WantedFiles {
  readonly config?: string | undefined;
  readonly payload?: DocumentSource | undefined;
  readonly template?: DocumentSource | undefined;
}

type Files = Pick<PlanRequest, 'config' | 'payload' | 'template'>;

/**
 * Reads the files that a request needs, side by side.
 *
 * @param readFile reads a file at the commit; `undefined` if there is no such file
 * @param place where the files are read, for messages: `octo-org/octo-repo at 1a2b3c4`
 */
export async function loadFiles(
  wanted: WantedFiles,
  readFile: (path: string) => Promise<string | undefined>,
  place: string,
): Promise<{ readonly files: Files; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  const missing = (name: string, path: string) =>
    void problems.push(
      `\`${name}\` is "${shorten(path)}", which is no file in ${place}. Add it there, or correct \`${name}\` in the workflow.`,
    );
  const [config, payload, template] = await Promise.all([
    wanted.config === undefined ? undefined : readFile(wanted.config),
    readDocument('payload', wanted.payload),
    readDocument('template', wanted.template),
  ]);
  if (wanted.config !== undefined && config === undefined) missing('config', wanted.config);
  const files = {
    ...(config !== undefined && { config: { path: wanted.config!, text: config } }),
    ...(payload !== undefined && { payload }),
    ...(template !== undefined && { template }),
  };
  return { files, problems };

  async function readDocument(name: string, source: DocumentSource | undefined): Promise<unknown> {
    if (source === undefined) return undefined;
    if ('value' in source) return source.value;
    const text = await readFile(source.path);
    if (text === undefined) {
      missing(name, source.path);
      return undefined;
    }
    const { value, problems: mistakes } = readYaml(text, '1.2');
    const [mistake] = mistakes;
    if (mistake) problems.push(`\`${name}\`: ${source.path}, line ${mistake.line}: ${mistake.text}.`);
    else if (!isMap(value)) problems.push(`\`${name}\`: ${source.path} is not a map; allowed: a map in JSON or YAML.`);
    return value;
  }
}
