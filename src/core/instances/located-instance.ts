import type { Instance } from '../ports/ec2.js';

export interface LocatedInstance {
  readonly instance: Instance;
  readonly region: string;
}
