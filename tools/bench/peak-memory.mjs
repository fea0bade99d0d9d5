// Loaded by `node --import` into a measured program. At the program's end, prints its peak memory to stderr.
import { readFileSync, writeSync } from 'node:fs';

process.once('exit', () => writeSync(2, `bench-peak-kib=${readPeak()}\n`));

/** The largest resident set, in KiB. */
function readPeak() {
  try {
    // Not from getrusage: on Linux, that value starts with the size of the parent process.
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}
