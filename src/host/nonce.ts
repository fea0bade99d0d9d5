import { randomBytes } from 'node:crypto';
import type { Nonce } from '../core/ports/process.js';

export const nonce: Nonce = (digits) =>
  randomBytes(Math.ceil(digits / 2))
    .toString('hex')
    .slice(0, digits);
