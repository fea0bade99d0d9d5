/**
 * How long a test waits for something that has to happen, in ms. Only a failing test waits this long, so this is long
 * enough for a machine that many others use.
 */
export const PATIENCE_MS = 60_000;
