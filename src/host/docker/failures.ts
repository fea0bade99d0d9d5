import { Failure } from '../../core/kernel/failure.js';
import * as advice from '../../core/kernel/compose-advice.js';

/** The words of the docker CLI, versions 20.10 to 29, when the engine does not answer. */
const UNREACHABLE =
  /cannot connect to the docker daemon|is the docker daemon running|error during connect|failed to connect to the docker api|error from daemon in stream|connection reset by peer|connection refused|(?:: |^)(?:unexpected )?EOF$/im;
const FORBIDDEN = /permission denied while trying to connect to the docker/i;
/** The docker CLI without the plugin: version 28, and 20.10 with and without options before the command. */
const NO_COMPOSE =
  /unknown command: docker compose|'compose' is not a docker command|unknown shorthand flag: 'p' in -p/i;

/** What the engine itself says, for example of a registry that refuses its connection. So it answers. */
const SAID_BY_ENGINE = /^ *Error response from daemon:.*$/gim;

/** Whether these words of the docker CLI are about the engine, and not about what it was asked. */
export function isAboutEngine(words: string): boolean {
  return isSilent(words) || FORBIDDEN.test(words);
}

function isSilent(words: string): boolean {
  return UNREACHABLE.test(words.replace(SAID_BY_ENGINE, ''));
}

export function dockerMissing(): Failure {
  return new Failure('docker-missing', 'This machine has no docker program.', { hint: advice.INSTALL_DOCKER });
}

export function composeTooOld(found: string): Failure {
  return new Failure('compose-too-old', `run-compose needs Docker Compose 2.20 or newer; ${found}.`, {
    hint: advice.UPDATE_COMPOSE,
  });
}

export function engineSilent(seconds: number): Failure {
  return new Failure('docker-unreachable', `The Docker engine did not answer within ${seconds} s.`, {
    hint: advice.START_DOCKER,
  });
}

/**
 * The failure of a question to Docker.
 *
 * @param words what the docker CLI printed
 * @param about what was asked, as the beginning of a sentence: `Docker could not list containers`
 */
export function describeRefusal(words: string, about: string): Failure {
  const why = lastSentence(words);
  if (FORBIDDEN.test(words)) {
    return new Failure('docker-forbidden', "The step's user may not use the socket of the Docker engine.", {
      why,
      hint: advice.ALLOW_DOCKER,
    });
  }
  if (isSilent(words)) {
    return new Failure('docker-unreachable', 'The Docker engine does not answer.', { why, hint: advice.START_DOCKER });
  }
  if (NO_COMPOSE.test(words)) return composeTooOld('this machine has no Compose plugin');
  return new Failure('docker-failed', `${about}.`, { why, hint: advice.READ_DOCKER_MESSAGE });
}

/** Docker's own words, without its decoration. */
export function lastSentence(words: string): string {
  const lines = words
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(Usage:|Run 'docker|See 'docker)/.test(line));
  return (lines.at(-1) ?? 'Docker printed nothing').replace(/^Error(?: response from daemon)?: /, '').trim();
}
