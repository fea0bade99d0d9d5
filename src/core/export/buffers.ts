/** Memory for parts of files: whoever takes more than there is waits for others to give back. */
export class Buffers {
  private free: number;
  private readonly waiting: { readonly size: number; readonly go: () => void }[] = [];
  /** Buffers to be used again: the garbage collector frees large ones late. */
  private readonly spare: Uint8Array[] = [];
  private spareBytes = 0;

  /** @param budget in bytes */
  constructor(private readonly budget: number) {
    this.free = budget;
  }

  /** Runs `use` with a buffer of so many bytes. A buffer larger than the budget is given when nothing else is taken. */
  async use<T>(size: number, use: (buffer: Uint8Array) => Promise<T>): Promise<T> {
    const taken = Math.min(size, this.budget);
    await this.take(taken);
    const buffer = this.find(size);
    try {
      return await use(buffer.subarray(0, size));
    } finally {
      this.keep(buffer);
      this.give(taken);
    }
  }

  /** In the order of the calls, so that a large buffer is not overtaken for ever. */
  private async take(size: number): Promise<void> {
    if (this.waiting.length > 0 || size > this.free) {
      await new Promise<void>((go) => void this.waiting.push({ size, go }));
    } else {
      this.free -= size;
    }
  }

  private give(size: number): void {
    this.free += size;
    for (let next = this.waiting[0]; next && next.size <= this.free; next = this.waiting[0]) {
      this.free -= next.size;
      this.waiting.shift();
      next.go();
    }
  }

  private keep(buffer: Uint8Array): void {
    if (this.spareBytes + buffer.length > this.budget) return;
    this.spare.push(buffer);
    this.spareBytes += buffer.length;
  }

  private find(size: number): Uint8Array {
    const at = this.spare.findIndex(({ length }) => length >= size && length < 2 * size + 4_096);
    if (at < 0) return new Uint8Array(size);
    const [buffer] = this.spare.splice(at, 1) as [Uint8Array];
    this.spareBytes -= buffer.length;
    return buffer;
  }
}
