/** The machine that measured. Samples of different machine types are never compared without being told apart. */
export interface MeasuringMachine {
  /** EC2's instance type, or the label of another runner. */
  readonly type?: string;
  /** Such as `ami-0123456789abcdef0`. */
  readonly image?: string;
  /** As `uname -r` prints it. */
  readonly kernel?: string;
}
