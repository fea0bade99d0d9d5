import type { Instance } from '../ports/ec2.js';

export interface Found {
  readonly instance: Instance;
  readonly region: string;
}
