import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The licenses of the packages that these bundled modules come from, each text once. */
export function composeLicenses(modules: readonly string[]): string {
  const packages = new Map<string, string>();
  for (const id of modules) {
    const home = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1];
    if (!home || packages.has(home)) continue;
    packages.set(home, readLicense(home));
  }
  const byText = new Map<string, string[]>();
  for (const [home, text] of packages) {
    const { name, version } = readManifest(home);
    byText.set(text, [...(byText.get(text) ?? []), `${name}@${version}`]);
  }
  const blocks = [...byText].map(([text, names]) => `${[...new Set(names)].sort().join('\n')}\n\n${text}\n`);
  return `The bundles in this folder contain parts of these packages.\n\n${blocks.sort().join(`\n${'-'.repeat(80)}\n\n`)}`;
}

function readLicense(home: string): string {
  const file = readdirSync(home).find((name) => /^licen[cs]e(\.|$)/i.test(name));
  if (file) return withoutAppendix(readFileSync(join(home, file), 'utf8').replaceAll('\r\n', '\n').trim());
  return `License: ${readManifest(home).license}`;
}

/** Cuts the Apache license after its terms. The rest explains how to apply it, and differs between packages. */
function withoutAppendix(text: string): string {
  const terms = /^\s*Apache License[^]*END OF TERMS AND CONDITIONS/.exec(text)?.[0];
  return terms?.replace(/\s+\n/g, '\n').trim() ?? text;
}

function readManifest(home: string): { name: string; version: string; license: string } {
  const path = join(home, 'package.json');
  if (!existsSync(path)) throw new Error(`${home} is not a package`);
  return JSON.parse(readFileSync(path, 'utf8')) as { name: string; version: string; license: string };
}
