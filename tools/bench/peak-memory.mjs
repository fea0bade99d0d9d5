// Loaded by `node --import` into a measured program: says at its end, on standard error, how much memory it had.
import { readFileSync, writeSync } from 'node:fs';

process.once('exit', () => writeSync(2, `bench-peak-kib=${readPeak()}\n`));

/** Resident set at its largest, in KiB. */
function readPeak() {
  try {
    // Not getrusage's: on Linux that begins with the size of the process that forked this one.
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}
