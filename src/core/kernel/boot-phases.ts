/** One phase that the boot agent printed to the console: `ci-actions phase=listening uptime=14.20 at=… detail`. */
export interface BootPhase {
  readonly name: string;
  readonly uptimeSeconds: number;
  /** Epoch ms. */
  readonly at: number;
  readonly detail: string;
}

const LINE = /ci-actions phase=(\S+) uptime=([\d.]+) at=(\S+)(?: (.*))?$/;

/** The phases in a console's text. Lines of the kernel and of other services are skipped. */
export function readBootPhases(consoleText: string): BootPhase[] {
  return consoleText.split(/\r?\n/).flatMap((line) => {
    const [, name, uptime, at, detail] = LINE.exec(line.trimEnd()) ?? [];
    const when = Date.parse(at ?? '');
    return name === undefined || Number.isNaN(when)
      ? []
      : [{ name, uptimeSeconds: Number(uptime), at: when, detail: detail ?? '' }];
  });
}

/** The last lines that are not empty, without terminal control sequences. */
export function tailConsole(consoleText: string, lines: number): string[] {
  return (
    consoleText
      .split(/\r?\n|\r/)
      // eslint-disable-next-line no-control-regex -- a console is full of them
      .map((line) => line.replace(/\u001B\[[0-9;?]*[A-Za-z]/g, '').trimEnd())
      .filter((line) => line !== '')
      .slice(-lines)
  );
}
