import type { InstanceRecord } from './records.js';

export type Ec2EventName =
  InstanceRecord['state'] | 'launched' | 'agent' | 'power-off' | 'interrupted' | 'volume-attached' | 'volume-detached';

export interface Ec2Event {
  readonly at: number;
  readonly name: Ec2EventName;
  readonly instance: string;
  /** Of an event of a volume. */
  readonly volume?: string;
}
