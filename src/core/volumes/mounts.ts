/** Where a data volume may not be mounted, because the machine would not boot, or not run jobs. */
const TAKEN_TREES = ['/proc', '/sys', '/dev', '/run', '/boot', '/etc', '/usr', '/bin', '/sbin', '/tmp', '/var/run'];
/** Below /var and in /snap: what the system has open while it runs, so that a volume could not be unmounted, or needs to install anything. */
const OPEN_TREES = [
  '/var/log',
  '/var/lib/cloud',
  '/var/lib/dpkg',
  '/var/lib/rpm',
  '/var/lib/snapd',
  '/var/lib/systemd',
  '/snap',
];
/** Directories that hold the system itself; below them a volume may be mounted. */
const TAKEN = ['/', '/var', '/var/lib', '/opt', '/opt/ci-actions', '/root', '/home'];

const ALLOWED =
  'an absolute path of letters, digits and `._+-` in which the machine keeps nothing of its own, such as `/var/lib/docker`, `/mnt/data` or `/home/user/.cache`';

/**
 * Why a volume cannot be mounted there.
 *
 * @param runnerHome the directory of the runner, whose content a mount would hide
 */
export function findMountProblem(mount: string, runnerHome: string): string | undefined {
  const refuse = (why: string) => `\`mount\` is ${JSON.stringify(mount.slice(0, 80))}${why}; allowed: ${ALLOWED}.`;
  if (!/^(\/[A-Za-z0-9._+-]+)+$/.test(mount) || mount.length > 200)
    return refuse(mount === '/' ? ', the root' : mount.includes('//') ? ', which is not normalized' : '');
  if (mount.split('/').some((part) => part === '.' || part === '..')) return refuse(', which is not normalized');
  const isWithin = (tree: string) => mount === tree || mount.startsWith(`${tree}/`);
  const tree = [
    ...TAKEN_TREES,
    ...OPEN_TREES,
    ...(/^\/lib(32|64|x32)?(\/|$)/.test(mount) ? [`/${mount.split('/')[1]}`] : []),
  ].find(isWithin);
  if (tree !== undefined) return refuse(`, in ${tree}, which the system needs to run`);
  if (TAKEN.includes(mount) || mount.startsWith('/opt/ci-actions/')) {
    return refuse(', which holds more than the volume would');
  }
  const parent = runnerHome.slice(0, runnerHome.lastIndexOf('/'));
  // Further runners of a machine live in `runner-N` beside the first one.
  const isFurther = mount.startsWith(`${parent}/runner-`);
  if (isWithin(runnerHome) || runnerHome.startsWith(`${mount}/`) || isFurther) {
    return refuse(`, where the runner is (${runnerHome})`);
  }
  return undefined;
}
