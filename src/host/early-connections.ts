import type http from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';

type Create = http.Agent['createConnection'];

/**
 * Connections that are opened before there is anything to send, so that the first requests need not wait for the two
 * round trips of their handshakes. Whoever finds one broken by then opens another, as ever.
 */
export class EarlyConnections {
  private readonly waiting: { readonly place: string; readonly socket: Duplex }[] = [];
  private readonly create: Create;

  /** @param agent takes them for its own from here on */
  constructor(private readonly agent: http.Agent & { readonly options?: object }) {
    this.create = agent.createConnection.bind(agent);
    agent.createConnection = (options, callback) =>
      this.take(`${options.host}:${options.port}`) ?? this.create(options, callback);
  }

  open({ protocol, hostname, port }: URL, count: number): void {
    const host = hostname.replace(/^\[|\]$/g, '');
    const to = { host, port: Number(port) || (protocol === 'https:' ? 443 : 80), servername: isIP(host) ? '' : host };
    for (let opened = 0; opened < count; opened++) {
      const socket = this.create({ ...this.agent.options, ...to });
      // Nobody waits for it yet. What is wrong with the way is told to the request that needs it.
      socket?.on('error', () => undefined);
      if (socket) this.waiting.push({ place: `${to.host}:${to.port}`, socket });
    }
  }

  private take(place: string): Duplex | undefined {
    for (;;) {
      const index = this.waiting.findIndex((one) => one.place === place);
      if (index < 0) return undefined;
      const [found] = this.waiting.splice(index, 1);
      if (found && !found.socket.destroyed && found.socket.writable) return found.socket;
    }
  }
}
