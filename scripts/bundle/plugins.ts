import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'rolldown';
import { lateCommand } from './chunks.js';
import { leaveOutDescriptions } from './descriptions.js';
import { root } from './root.js';

/**
 * The toolkit needs undici only for `fetch` through a proxy; src/host/proxy.ts uses the toolkit's agents for Node
 * instead.
 */
const leaveOutUndici: Plugin = {
  name: 'leave-out-undici',
  resolveId: (source) => (source === 'undici' ? '\0no-undici' : undefined),
  load: (id) => (id === '\0no-undici' ? 'export const [ProxyAgent, fetch] = [];' : undefined),
};

/** The package tunnel calls `new Buffer`. Outside node_modules, Node warns of that in the user's log. */
const replaceNewBuffer: Plugin = {
  name: 'replace-new-buffer',
  transform: (code, id) =>
    /\/tunnel\/lib\//.test(id) ? { code: code.replaceAll('new Buffer(', 'Buffer.from('), map: null } : undefined,
};

/** Our requests name their routes, so Octokit's table of a thousand methods (80 kB) is not used. */
const leaveOutEndpoints: Plugin = {
  name: 'leave-out-endpoints',
  load: (id) => (/plugin-rest-endpoint-methods\/.*\/endpoints\.js$/.test(id) ? 'export default {};' : undefined),
  transform(code, id) {
    if (id.startsWith(join(root, 'src')) && /octokit\.rest\b/.test(code)) this.error(`${id}: name the route instead`);
  },
};

/**
 * Leaves out SSM's, STS's and SSO's 140 error classes (60 kB). An error is then a service exception of the same name.
 */
const leaveOutErrorClasses: Plugin = {
  name: 'leave-out-error-classes',
  transform: (code, id) =>
    /(client-ssm|nested-clients)\/dist-es\/.*schemas\//.test(id)
      ? { code: code.replace(/^n\d_registry\.registerError\(.*$/gm, ''), map: null }
      : undefined,
};

/**
 * The SDK repeats only its requests for credentials itself. For those, `AWS_RETRY_MODE=adaptive` acts like `standard`.
 */
const leaveOutAdaptiveRetries: Plugin = {
  name: 'leave-out-adaptive-retries',
  load: (id) =>
    id.endsWith('retry/util-retry/AdaptiveRetryStrategy.js')
      ? `import { StandardRetryStrategy } from './StandardRetryStrategy.js';
         export const AdaptiveRetryStrategy = function (_, options) { return new StandardRetryStrategy(options); };`
      : undefined,
};

const NEEDS_BROWSER =
  'This profile signs in with a browser, which no workflow can do. `aws configure export-credentials --format env` prints its keys.';
/**
 * Modules that no workflow uses: sign-ins with a browser (0.06 MB) and event streams. `error` is thrown when one is
 * called.
 */
const uncalled: Readonly<Record<string, { readonly names: readonly string[]; readonly error: string }>> = {
  '@aws-sdk/credential-provider-sso': { names: ['fromSSO'], error: NEEDS_BROWSER },
  '@aws-sdk/credential-provider-login': { names: ['fromLoginCredentials'], error: NEEDS_BROWSER },
  '@smithy/core/event-streams': {
    names: ['EventStreamSerde', 'eventStreamSerdeProvider'],
    error: 'Event streams are not part of ci-actions.',
  },
};
const leaveOutUncalled: Plugin = {
  name: 'leave-out-uncalled',
  resolveId: (source) => (source in uncalled ? `\0uncalled:${source}` : undefined),
  load: (id) => (id.startsWith('\0uncalled:') ? renderUncalled(id.slice('\0uncalled:'.length)) : undefined),
};

function renderUncalled(name: string): string {
  const { names, error } = uncalled[name]!;
  const refuse = `const refuse = () => { throw new Error(${JSON.stringify(error)}); };`;
  return [refuse, ...names.map((one) => `export { refuse as ${one} };`)].join('\n');
}

/** GitHub's ids are far below 2 ** 53, so Octokit's reader of larger numbers is not used. */
const leaveOutBigIntegers: Plugin = {
  name: 'leave-out-big-integers',
  resolveId: (source) => (source === 'json-with-bigint' ? '\0json' : undefined),
  load: (id) => (id === '\0json' ? 'export const { parse: JSONParse, stringify: JSONStringify } = JSON;' : undefined),
};

/**
 * The shapes of all EC2 requests are one module, which every start reads. Requests that no start sends get their shapes
 * from a second instance of it, beside the code that sends them. Errors are looked up in the first one.
 */
const divideShapes: Plugin = {
  name: 'divide-shapes',
  async resolveId(source, importer) {
    if (!source.endsWith('/schemas_0') || !lateCommand.test(importer ?? '')) return undefined;
    const found = await this.resolve(source, importer, { skipSelf: true });
    return found && `${found.id}?late`;
  },
  load: (id) =>
    id.endsWith('/schemas_0.js?late')
      ? readFileSync(id.slice(0, -'?late'.length), 'utf8').replace(/^.*\bregisterError\(.*$/m, '')
      : undefined,
};

/** They leave out of the bundles what no step uses, and out of what every start reads what no start uses. */
export const plugins: readonly Plugin[] = [
  divideShapes,
  leaveOutAdaptiveRetries,
  leaveOutBigIntegers,
  leaveOutDescriptions,
  leaveOutEndpoints,
  leaveOutErrorClasses,
  leaveOutUncalled,
  leaveOutUndici,
  replaceNewBuffer,
];
