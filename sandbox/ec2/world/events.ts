import type { InstanceRecord } from './records.js';

export type Ec2EventName = InstanceRecord['state'] | 'launched' | 'agent' | 'power-off' | 'interrupted';

export interface Ec2Event {
  readonly at: number;
  readonly name: Ec2EventName;
  readonly instance: string;
}
