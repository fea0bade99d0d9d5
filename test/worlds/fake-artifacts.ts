import type { ArtifactFolder } from '../../src/core/ports/artifacts.js';

/** A folder of artifacts in memory. Files may change while an export reads them. */
export class FakeArtifacts {
  readonly files = new Map<string, Uint8Array>();
  readonly skipped: string[] = [];
  readonly outside: string[] = [];
  readonly unreadable: string[] = [];
  /** Called with the path when a file is opened. */
  onOpen: ((path: string) => void) | undefined;

  /** Called before a file is written. */
  onWrite: (() => void) | undefined;

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    for (const [path, content] of Object.entries(files)) this.set(path, content);
  }

  set(path: string, content: string | Uint8Array): void {
    this.files.set(path, typeof content === 'string' ? Buffer.from(content) : content);
  }

  readonly folder: ArtifactFolder = {
    path: '/artifacts',
    list: async () => {
      const { skipped, outside, unreadable } = this;
      const files = [...this.files].map(([path, { length: size }]) => ({ path, size }));
      return { files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)), skipped, outside, unreadable };
    },
    open: async (path) => {
      this.onOpen?.(path);
      if (!this.files.has(path)) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return {
        read: async (into, position) => {
          const content = this.files.get(path)!.subarray(position, position + into.length);
          into.set(content);
          return content.length;
        },
        close: async () => undefined,
      };
    },
    write: async (path, text) => {
      this.onWrite?.();
      this.set(path, text);
    },
  };
}
