// Loaded by `node --import` into a measured program. At the program's end, prints its peak memory and its CPU time to stderr.
import { readFileSync, writeSync } from 'node:fs';

process.once('exit', () => writeSync(2, `bench-peak-kib=${readPeak()}\nbench-cpu-us=${readCpu()}\n`));

/** The largest resident set, in KiB. */
function readPeak() {
  try {
    // Not from getrusage: on Linux, that value starts with the size of the parent process.
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}

/** Of all threads, in µs. */
function readCpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
