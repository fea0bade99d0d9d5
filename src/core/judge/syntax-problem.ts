/** A text that a grammar of this room does not allow. */
export class SyntaxProblem extends Error {
  constructor(
    /** Completes "it has …". Example: "`**`, which is not allowed". */
    readonly what: string,
    /** The index of the first wrong character. */
    readonly position: number,
  ) {
    super(`${what}, at character ${position + 1}`);
  }
}
