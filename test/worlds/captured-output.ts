export interface Captured {
  text(): string;
  lines(): string[];
  release(): void;
}

/** Collects this process's output to stdout until it is released. */
export function captureOutput(): Captured {
  const { stdout } = process;
  const write = stdout.write.bind(stdout);
  let text = '';
  stdout.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const done = rest.find((one) => typeof one === 'function') as (() => void) | undefined;
    if (done) process.nextTick(done);
    return true;
  };
  return {
    text: () => text,
    lines: () => text.split('\n').slice(0, -1),
    release: () => void (stdout.write = write),
  };
}
