import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import type { MeasuringMachine } from '../core/figures/machine.js';
import { plural } from '../core/kernel/plural.js';

/** Where this machine says what it is. */
export interface MachineSources {
  /** The folder of the kernel with what the firmware says: `sys_vendor`, `product_name`, `bios_version`. */
  readonly firmware: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One entry per logical CPU. */
  readonly cpus: readonly { readonly model: string }[];
  /** As `uname -r` prints it. */
  readonly kernel: string;
}

/** In all, for what instance metadata says. In a container it is often out of reach: a hop limit of 1 drops the answer. */
const METADATA_MS = 300;
const METADATA = 'http://169.254.169.254';
/** `m7i.large`, `u-6tb1.112xlarge`. Xen instances have `HVM domU` in its place. */
const INSTANCE_TYPE = /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/;

/**
 * What the figures of this machine were measured on. Outside EC2, `type` is the CPU and the number of CPUs: runners of
 * one label differ in both. What cannot be learned is left out. Never rejects; takes at most 300 ms.
 */
export async function readMachine(sources: MachineSources = ownSources()): Promise<MeasuringMachine> {
  const { firmware, kernel, env } = sources;
  const { type, image } = isInstance(firmware) ? await readInstance(sources) : describeOther(sources);
  const hosted = env['ImageOS'] && [env['ImageOS'], env['ImageVersion']].filter(Boolean).join(' ');
  const found = { type, image: image ?? (hosted || undefined), kernel };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value));
}

function ownSources(): MachineSources {
  return { firmware: '/sys/class/dmi/id', env: process.env, cpus: cpus(), kernel: release() };
}

/** The vendor of a Xen instance is Xen, and its BIOS has a version such as `4.11.amazon`. */
function isInstance(firmware: string): boolean {
  const [vendor, bios] = ['sys_vendor', 'bios_version'].map((name) => readLine(join(firmware, name)));
  return vendor === 'Amazon EC2' || (vendor === 'Xen' && bios!.endsWith('.amazon'));
}

async function readInstance({ firmware, env }: MachineSources): Promise<{ type?: string; image?: string }> {
  const product = readLine(join(firmware, 'product_name'));
  const known = INSTANCE_TYPE.test(product) ? product : undefined;
  const signal = AbortSignal.timeout(METADATA_MS);
  try {
    const endpoint = env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] || METADATA;
    const lifetime = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' };
    const token = await ask(new URL('/latest/api/token', endpoint), { method: 'PUT', headers: lifetime, signal });
    const get = (name: string): Promise<string> =>
      ask(new URL(`/latest/meta-data/${name}`, endpoint), { headers: { 'x-aws-ec2-metadata-token': token }, signal });
    const [image, type] = await Promise.all([get('ami-id'), known ?? get('instance-type')]);
    return { type, image };
  } catch {
    return known === undefined ? {} : { type: known };
  }
}

/** `AMD EPYC 7763 64-Core Processor, 4 CPUs` */
function describeOther({ cpus: all }: MachineSources): { type?: string; image?: string } {
  const [first] = all;
  if (first === undefined) return {};
  // ARM machines often have no name of their CPU.
  const model =
    first.model
      .replaceAll(/\s+/g, ' ')
      .trim()
      .replace(/^unknown$/i, '') || process.arch;
  return { type: `${model}, ${plural(all.length, 'CPU')}` };
}

interface Question {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Never through a proxy: instance metadata refuses it. @returns one line. @throws Error unless the answer has it */
function ask(url: URL, question: Question): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url, { ...question, headers: { ...question.headers, 'content-length': '0' } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part).length > MOST && answer.destroy());
      answer.on('error', reject);
      answer.on('close', () => {
        if (answer.statusCode === 200 && /^[\x21-\x7e]+$/.test(text.trim())) return resolve(text.trim());
        return reject(new Error(`${url.href} answered with ${answer.statusCode}`));
      });
    })
      .on('error', reject)
      .end();
  });
}

/** Characters of an answer. A token has 56. */
const MOST = 1_024;

/** '' if there is none. */
function readLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').split('\n', 1)[0]!.trim();
  } catch {
    return '';
  }
}
