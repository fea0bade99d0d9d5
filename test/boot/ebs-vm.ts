import { join } from 'node:path';
import type { InstanceRecord } from '../../sandbox/sandbox.js';
import type { DiskOptions } from './booted-machine.js';
import { BootedVm } from './booted-vm.js';
import type { Snapshot } from './snapshot.js';

/** A virtual machine whose disk is a volume of a snapshot. The volume, with the fetched blocks, outlives a stop. */
export class EbsVm extends BootedVm {
  constructor(
    instance: InstanceRecord,
    options: DiskOptions & { readonly snapshot: Snapshot },
    onPowerOff: () => void,
  ) {
    super(instance, options, onPowerOff);
    this.snapshot = options.snapshot;
  }

  private readonly snapshot: Snapshot;

  protected override mountDisk(): void {
    // The snapshot was made of the tree, so there is nothing to change.
  }

  protected override openDisk(): { readonly drive: string; readonly close: () => void } {
    return { drive: this.snapshot.attach(join(this.folder, 'volume.qcow2')), close: () => {} };
  }
}
