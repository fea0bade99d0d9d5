import { oneJob, shim, type MachineOptions } from './boot-machine.js';
import { several, type Several } from './boot-several.js';

/**
 * Stand-ins for the programs that look at devices and mount them. Each one notes its arguments in the file `calls`. The
 * world is in files of the machine: `holds` (what blkid prints, empty for a blank device), `dirty`, `mounted`, `held`
 * (umount fails while this exists), `runs-docker`, and `NAME-exits` with the exit code of a program.
 */
const STAND_IN = `
cd "$CI_ACTIONS_ROOT"; name=\${0##*/}
case $name in findmnt | mountpoint | dumpe2fs | blockdev | dmesg) ;; *) echo "$name $*" | sed "s|$CI_ACTIONS_ROOT||g" >>calls ;; esac
[ ! -e "$name-exits" ] || { echo "$name: says why"; exit "$(cat "$name-exits")"; }
case "$name $*" in
  'blkid -p'*) [ -s holds ] || exit 2; cat holds ;;
  'blkid -c'*) [ ! -e labeled ] || sed "s|^|$CI_ACTIONS_ROOT|" labeled; [ -e labeled ] || exit 2 ;;
  blockdev*) echo 1073741824 ;;
  dumpe2fs*)
    printf 'Filesystem features: has_journal %s\\nFilesystem state:         clean\\n' "$([ ! -e dirty ] || echo needs_recovery)"
    printf 'Block count:              %s\\nBlock size:               4096\\n' "$(cat blocks 2>/dev/null || echo 262144)" ;;
  e2fsck*) rm -f dirty ;;
  mkfs.ext4*) echo TYPE=ext4 >holds ;;
  mountpoint*) grep -qxF "$2" mounted 2>/dev/null ;;
  findmnt*) [ -s mounted ] && sed -n 's|^mount -t ext4 .* \\(/dev.*\\) /.*|\\1|p' calls ;;
  'mount --bind'*) echo "$3" >>mounted ;;
  'mount -o remount'*) exit 32 ;;
  mount*) echo "\${*: -1}" >>mounted; : >dirty ;;
  umount*) [ ! -e held ] || { echo busy >&2; exit 32; }
    grep -vxF "$2" mounted >rest || : ; mv rest mounted; [ -s mounted ] || rm dirty ;;
  'systemctl cat'*) case $2 in containerd*) [ -e has-containerd ] ;; esac ;;
  'systemctl stop'*) rm -f runs-docker ;;
  'systemctl show'*) [ -e runs-docker ] && echo active || echo inactive ;;
  'systemctl start'*) : >runs-docker ;;
  'systemctl --quiet is-active'*) [ -e runs-docker ] ;;
esac
exit
`;

const PROGRAMS =
  `blkid blockdev dumpe2fs e2fsck mkfs.ext4 findmnt mount mountpoint umount resize2fs xfs_growfs dmesg systemctl docker
  dockerd chown`.split(/\s+/);

export const DEVICE = '/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0a1b2c3d4e5f60718';

export interface VolumeMachine extends Partial<Several> {
  /** The value of `data-volume`; `null` for a machine without one. */
  readonly value?: string | null;
  /** Whether systemd and Docker run. */
  readonly docker?: boolean;
  /** Files of the machine: the world of the stand-ins. */
  readonly world?: Readonly<Record<string, string>>;
}

/** A machine with one runner, to which a blank volume is attached. */
export function withVolume(about: VolumeMachine = {}): MachineOptions {
  const { value = 'vol-0a1b2c3d4e5f60718 /data ci-0123456789abc', docker = false, world = { [DEVICE]: '' } } = about;
  return several({
    runners: ['- job'],
    runner: oneJob,
    ...about,
    lines: [...(value === null ? [] : [`#:data-volume ${value}`]), ...(about.lines ?? [])],
    programs: { ...about.programs, ...world },
    ...(docker && { inTheWay: 'run/systemd/system' }),
    // Four times this is the time for unmounting.
    environment: { PATH: shim(STAND_IN, ...PROGRAMS), CI_ACTIONS_GRACE: '10', ...about.environment },
  });
}
