/** A line of the payload: its key and its value. A field without a value is left out. */
export type Field = readonly [string, string | number | undefined];

/** A runner that the boot agent starts. */
export interface PayloadRunner {
  readonly name: string;
  readonly label: string;
  /** What it is for. */
  readonly role?: string | undefined;
  /** Its further labels. */
  readonly labels?: readonly string[] | undefined;
  /** Of a runner for one job. Without it, the instance registers the runner, which takes jobs until the instance ends. */
  readonly jitConfig?: string | undefined;
}

/** What the boot agent needs to register runners that take jobs until the instance ends. */
export interface PayloadRegistration {
  /** The address of the repository, organization or enterprise. */
  readonly url: string;
  /** A secret: whoever has it can register further runners there for an hour. */
  readonly token: string;
  /** Absent: the default group. */
  readonly group?: string | undefined;
}

/** The part of a boot payload that needs format 4, unless it is a single runner without a role and nothing else. */
export interface RolesPayload {
  /** One to 16. */
  readonly runners: readonly PayloadRunner[];
  /** Needed by runners without a just-in-time configuration. */
  readonly registration?: PayloadRegistration | undefined;
  /** The repository whose working tree all runners share. */
  readonly sharedRepository?: string | undefined;
  /**
   * A volume (`vol-…`, or `label:` and the label of its file system), the directory where it is mounted, and the label
   * that a new file system gets.
   */
  readonly dataVolume?: { readonly volume: string; readonly mount: string; readonly label?: string } | undefined;
  /** How long the instance stays after a job of it failed. */
  readonly keepOnFailureSeconds?: number | undefined;
  /** Whether it also stays after jobs that passed. */
  readonly keepAlways?: boolean | undefined;
}

/** Whether an older format cannot express it. The lowest is used: an image's agent may be older than this action. */
export function needsFormat4(payload: RolesPayload): boolean {
  const { runners, sharedRepository, dataVolume, keepOnFailureSeconds } = payload;
  const [first] = runners;
  const isPlain = runners.length === 1 && first?.role === undefined && first?.jitConfig !== undefined;
  return !isPlain || sharedRepository !== undefined || dataVolume !== undefined || keepOnFailureSeconds !== undefined;
}

/** How a payload of format 4 describes runners. Few starts need it, and only they load its code. */
export interface RolesFormat {
  /** The lines in place of `runner-name`, `label` and `jit-config`. */
  listFields(payload: RolesPayload): readonly Field[];
  /**
   * A just-in-time configuration that takes up as much room as a real one.
   *
   * @param index of the runner on its instance
   */
  composePlaceholder(index: number): string;
}
