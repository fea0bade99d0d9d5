import type { Command } from '../command.js';

/** Something that the set-up changes. It can be repeated, and what is done is not done again. */
export interface Step {
  /** What it does, as an imperative: `Create the role …`. */
  readonly title: string;
  /** Whether GitHub and AWS show that it is done. */
  readonly isDone: boolean;
  readonly commands: readonly Command[];
  /** What a person does in a browser instead of commands. */
  readonly person?: Person;
}

export interface Person {
  readonly kind: 'create-app' | 'use-app';
  /** Lines of bash that take the place of the page when the commands are pasted. */
  readonly script: readonly string[];
}
