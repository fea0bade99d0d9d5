import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';

/** An error response of the server. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Connects as one runner.
 *
 * @param {{ runner: Record<string, string>, credentials: { data: { clientId: string } }, key: { d: string } }} config
 */
export function connect({ runner, credentials, key }) {
  const base = runner.serverUrlV2;
  const agent = new Agent({ keepAlive: true });
  const { clientId } = credentials.data;
  const proof = createHash('sha256').update(`${clientId}:${key.d}`).digest('hex');
  let session = '';
  let signedOff = false;

  const call = (method, path, { body, signal } = {}) => send(new URL(path, base), { method, body, signal, agent });
  return {
    async open(version) {
      const os = process.platform === 'darwin' ? 'macOS' : 'Linux';
      const opened = await call('POST', 'sessions', { body: { agentId: runner.agentId, proof, version, os } });
      session = `sessions/${opened.sessionId}`;
    },
    /** The next message. `undefined` if there was none for a while. */
    poll: (signal) => call('GET', `${session}/message`, { signal }),
    acquire: (jobId) => call('POST', `${session}/acquire`, { body: { jobId } }),
    log: (text) => call('POST', `${session}/log`, { body: { text } }),
    step: (report) => call('POST', `${session}/step`, { body: report }),
    finish: (conclusion) => call('POST', `${session}/finish`, { body: { conclusion } }),
    /** Signs off, once, so that GitHub does not wait for this program. */
    async signOff() {
      if (!session || signedOff) return;
      signedOff = true;
      await call('DELETE', session).catch(() => undefined);
    },
    isSignedOff: () => signedOff,
    disconnect: () => agent.destroy(),
  };
}

/** Sends one request, JSON in both directions. Rejects with {@link Refused} for an error response. */
export function send(url, { method, body, signal, agent }) {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method, agent, signal, headers: { 'content-type': 'application/json' } },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk) => (text += chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const answer = text === '' ? undefined : JSON.parse(text);
          if (incoming.statusCode < 300) resolve(answer);
          else reject(new Refused(incoming.statusCode, answer?.message ?? `HTTP ${incoming.statusCode}`));
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/**
 * Sends a job's log and the state of its steps, in order. Output that comes during a request goes into the next one. What
 * GitHub does not accept is lost, and the job goes on.
 */
export function createOutbox(github) {
  let text = '';
  let sending = Promise.resolve();
  const flush = async () => {
    const piece = text;
    text = '';
    if (piece) await github.log(piece).catch(() => undefined);
  };
  return {
    write(piece) {
      text += piece;
      sending = sending.then(flush);
    },
    report(step) {
      sending = sending.then(flush).then(() => github.step(step).catch(() => undefined));
    },
    emptied: () => sending,
  };
}
