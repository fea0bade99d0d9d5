import type { ComposeHost, ResultWebhook } from '../../src/core/compose/host.js';
import type { ResultSource } from '../../src/core/compose/request.js';
import { openResult, type ResultIntake } from '../../src/core/compose/result.js';
import type { Containers } from '../../src/core/ports/containers.js';
import { emptyRequest, planOf, type BenchmarkGiven } from './benchmark.js';

/** A machine with files, a Docker with networks and files in containers, and a webhook that a test posts to. */
export class ResultWorld {
  files: Record<string, { text: string; changedAt: number }> = {};
  /** By `id:/path`. */
  inContainers: Record<string, string> = {};
  gateways: Record<string, string> = { bridge: '172.17.0.1' };
  readonly written: Record<string, string> = {};
  listensOn: string | undefined;
  /** Default: at the address that it listens on. */
  url: string | undefined;
  isClosed = false;
  post: (text: string) => void = () => {};

  /** What the webhook has answered to a document that it did not take. */
  refusal?: string;

  readonly host = {
    makeFolder: (name: string) => `/artifacts/${name}`,
    measure: (path: string) => {
      const file = this.files[path];
      return file && { bytes: file.text.length, changedAt: file.changedAt };
    },
    read: (path: string) => this.files[path]!.text,
    writeFile: (name: string, text: string) => {
      this.written[name] = text;
      return `/artifacts/${name}`;
    },
    writePrivate: (name: string, text: string) => {
      this.written[name] = text;
      return `/private/${name}`;
    },
    openWebhook: async (address: string): Promise<ResultWebhook> => {
      this.listensOn = address;
      const result = new Promise<string>((resolve) => (this.post = resolve));
      return {
        url: this.url ?? `http://${address}:4321/secret`,
        result,
        refusal: () => this.refusal,
        close: async () => void (this.isClosed = true),
      };
    },
  } as Partial<ComposeHost> as ComposeHost;

  readonly containers = {
    findGateway: async (network: string) => this.gateways[network],
    copy: async (id: string, path: string, folder: string) => {
      const text = this.inContainers[`${id}:${path}`];
      if (text !== undefined) this.files[`${folder}/${path.split('/').at(-1)!}`] = { text, changedAt: 0 };
      return text !== undefined;
    },
  } as Partial<Containers> as Containers;

  open(resultFrom: ResultSource, networks = ['p_default'], given: BenchmarkGiven = {}): Promise<ResultIntake> {
    const request = { ...emptyRequest, ...given.request, resultFrom };
    return openResult(request, planOf(given), { containers: this.containers, host: this.host, networks });
  }
}
