import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { SandboxResponse } from '../../http.js';
import { notFound } from '../world/errors.js';

const PROGRAM = new URL('../../stand-in-runner/', import.meta.url);
const ARCHITECTURES = ['x64', 'arm64'] as const;

interface TarEntry {
  readonly name: string;
  readonly content: Buffer;
  /** Target of a symbolic link. */
  readonly linkTo?: string;
}

export interface Archive {
  readonly bytes: Buffer;
  readonly sha256: string;
}

const archives = new Map<string, Promise<Archive>>();

/** Packs the stand-in runner as GitHub packs its own. The bytes are the same each time. */
export function packRunner(version: string): Promise<Archive> {
  const packed = archives.get(version) ?? pack(version);
  archives.set(version, packed);
  return packed;
}

/** The downloads as `GET …/actions/runners/downloads` lists them. */
export async function listDownloads(version: string, baseUrl: string) {
  const { sha256 } = await packRunner(version);
  return ARCHITECTURES.map((architecture) => {
    const filename = fileName(architecture, version);
    const download_url = `${baseUrl}/_download/${filename}`;
    return { os: 'linux', architecture, download_url, filename, sha256_checksum: sha256 };
  });
}

/** `/_download/actions-runner-linux-x64-2.336.0.tar.gz` */
export async function download(path: string): Promise<SandboxResponse> {
  const version = /\/actions-runner-linux-(?:x64|arm64)-(\d+\.\d+\.\d+)\.tar\.gz$/.exec(path)?.[1];
  if (!version) throw notFound();
  const { bytes } = await packRunner(version);
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: bytes };
}

export function fileName(architecture: string, version: string): string {
  return `actions-runner-linux-${architecture}-${version}.tar.gz`;
}

async function pack(version: string): Promise<Archive> {
  const entries: TarEntry[] = [];
  for (const file of (await readdir(PROGRAM, { recursive: true, withFileTypes: true })).filter((one) => one.isFile())) {
    const path = `${file.parentPath}/${file.name}`;
    entries.push({ name: path.slice(PROGRAM.pathname.length).replace(/^\//, ''), content: await readFile(path) });
  }
  entries.push({ name: 'version', content: Buffer.from(`${version}\n`) });
  // GitHub's package contains Node.js. This one links to the sandbox's own.
  entries.push({ name: 'externals/node24/bin/node', content: Buffer.alloc(0), linkTo: process.execPath });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const bytes = gzipSync(writeTar(entries));
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

const BLOCK = 512;

/** A tar archive in the POSIX ustar format: per entry a header block and padded content, then two empty blocks. */
function writeTar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => [
    header(entry),
    entry.content,
    Buffer.alloc(-entry.content.length & (BLOCK - 1)),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(entry: TarEntry): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, digits: number) => block.write(value.toString(8).padStart(digits, '0'), at);
  block.write(entry.name, 0, 100);
  octal(0o755, 100, 7);
  octal(0, 108, 7); // owner
  octal(0, 116, 7); // group
  octal(entry.content.length, 124, 11);
  octal(0, 136, 11); // modified
  block.fill(' ', 148, 156); // The checksum field counts as blanks.
  block.write(entry.linkTo ? '2' : '0', 156);
  if (entry.linkTo) block.write(entry.linkTo, 157, 100);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
