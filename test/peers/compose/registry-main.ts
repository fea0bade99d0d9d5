/** Runs the stand-in registry as a program, in the network of an isolated engine: registry-main.ts BYTES. Prints its address. */
import { startRegistry } from './registry.js';

console.log((await startRegistry(Number(process.argv[2]))).address);
