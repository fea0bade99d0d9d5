import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StandInRegistry {
  /** Such as `127.0.0.1:41234`: Docker speaks plain HTTP to it. */
  readonly address: string;
  close(): void;
}

/** Serves one image under each name and tag, with one layer that does not compress. */
export function startRegistry(layerBytes: number): Promise<StandInRegistry> {
  const layer = tar('filling', randomBytes(layerBytes));
  const digest = (data: Buffer): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'x64' ? 'amd64' : 'arm64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [digest(layer)] },
    }),
  );
  const type = 'application/vnd.docker.';
  const describe = (mediaType: string, data: Buffer) => ({ mediaType, size: data.length, digest: digest(data) });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${type}distribution.manifest.v2+json`,
      config: describe(`${type}container.image.v1+json`, config),
      layers: [describe(`${type}image.rootfs.diff.tar`, layer)],
    }),
  );
  const blobs = new Map([config, layer, manifest].map((data) => [digest(data), data]));
  const server: Server = createServer(({ url = '' }, response) => {
    const name = url.split('/').at(-1)!;
    const isManifest = url.includes('/manifests/');
    const data = isManifest ? manifest : (blobs.get(name) ?? Buffer.from('{}'));
    const contentType = isManifest ? `${type}distribution.manifest.v2+json` : 'application/octet-stream';
    response.writeHead(200, {
      'content-type': contentType,
      'content-length': data.length,
      'docker-content-digest': digest(data),
      'docker-distribution-api-version': 'registry/2.0',
    });
    response.end(data);
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({ address: `127.0.0.1:${port}`, close: () => server.close() });
    }),
  );
}

/** A tar archive with one file. */
function tar(name: string, data: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${data.length.toString(8).padStart(11, '0')} `, 124);
  header.write('00000000000 ', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (data.length % 512)) % 512);
  return Buffer.concat([header, data, padding, Buffer.alloc(1024)]);
}
