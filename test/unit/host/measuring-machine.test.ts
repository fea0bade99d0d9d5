import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { readMachine, type MachineSources } from '../../../src/host/measuring-machine.js';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function sources(firmware: Record<string, string>, rest: Partial<MachineSources> = {}): MachineSources {
  const folder = mkdtempSync(join(tmpdir(), 'firmware-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(firmware)) writeFileSync(join(folder, name), `${text}\n`);
  const cpus = Array.from({ length: 4 }, () => ({ model: 'AMD EPYC 7763  64-Core Processor ' }));
  return { firmware: folder, env: {}, cpus, kernel: '6.8.0-1041-aws', ...rest };
}

/** Instance metadata that answers tokens by IMDSv2, and the documents given. */
async function serve(documents: Record<string, string>, delayMs = 0): Promise<string> {
  const server = createServer((request, response) => {
    const { method, url = '', headers } = request;
    const isToken = method === 'PUT' && url === '/latest/api/token';
    const found = isToken ? 'token' : documents[url.replace('/latest/meta-data/', '')];
    const isGood = isToken
      ? headers['x-aws-ec2-metadata-token-ttl-seconds'] !== undefined
      : headers['x-aws-ec2-metadata-token'] === 'token';
    setTimeout(() => response.writeHead(isGood ? (found ? 200 : 404) : 401).end(found), delayMs).unref();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const NITRO = { sys_vendor: 'Amazon EC2', product_name: 'm7i.large', bios_version: '1.0' };
const XEN = { sys_vendor: 'Xen', product_name: 'HVM domU', bios_version: '4.11.amazon' };

describe('The machine that measures', () => {
  test('an instance has its type from the firmware, and its image from instance metadata', async () => {
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: await serve({ 'ami-id': 'ami-0123456789abcdef0' }) };
    expect(await readMachine(sources(NITRO, { env }))).toEqual({
      type: 'm7i.large',
      image: 'ami-0123456789abcdef0',
      kernel: '6.8.0-1041-aws',
    });
  });

  test('a Xen instance has its type from instance metadata', async () => {
    const url = await serve({ 'ami-id': 'ami-1', 'instance-type': 't2.micro' });
    const found = await readMachine(sources(XEN, { env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: url } }));
    expect(found).toMatchObject({ type: 't2.micro', image: 'ami-1' });
  });

  test('instance metadata that is late is left out', async () => {
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: await serve({ 'ami-id': 'ami-1' }, 5_000) };
    const began = Date.now();
    expect(await readMachine(sources(NITRO, { env }))).toEqual({ type: 'm7i.large', kernel: '6.8.0-1041-aws' });
    expect(Date.now() - began).toBeLessThan(2_000);
  });

  test('instance metadata that answers with a page of a proxy is left out', async () => {
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: await serve({ 'ami-id': '<html> </html>' }) };
    expect(await readMachine(sources(XEN, { env }))).toEqual({ kernel: '6.8.0-1041-aws' });
  });

  test('another machine has its CPU and the number of CPUs, and asks for nothing', async () => {
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' };
    const found = await readMachine(sources({ sys_vendor: 'QEMU', product_name: 'Standard PC' }, { env }));
    expect(found).toEqual({ type: 'AMD EPYC 7763 64-Core Processor, 4 CPUs', kernel: '6.8.0-1041-aws' });
  });

  test("a hosted runner has GitHub's image", async () => {
    const env = { ImageOS: 'ubuntu24', ImageVersion: '20261101.1.0' };
    expect(await readMachine(sources({}, { env }))).toMatchObject({ image: 'ubuntu24 20261101.1.0' });
  });

  test('a CPU without a name has its architecture', async () => {
    const found = await readMachine(sources({}, { cpus: [{ model: 'unknown' }] }));
    expect(found.type).toBe(`${process.arch}, 1 CPU`);
  });

  test('this machine has a type and a kernel', async () => {
    expect(await readMachine()).toMatchObject({ type: expect.any(String), kernel: expect.any(String) });
  });
});
