import type http from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';

type Create = http.Agent['createConnection'];

/**
 * Opens connections before the first requests, so that these need not wait for the two round trips of a handshake. A
 * request whose early connection has broken opens a new one.
 */
export class EarlyConnections {
  private readonly waiting: { readonly place: string; readonly socket: Duplex }[] = [];
  private readonly create: Create;

  /** @param agent the agent whose requests use the connections */
  constructor(private readonly agent: http.Agent & { readonly options?: object }) {
    this.create = agent.createConnection.bind(agent);
    agent.createConnection = (options, callback) =>
      this.use(`${options.host}:${options.port}`) ?? this.create(options, callback);
  }

  open({ protocol, hostname, port }: URL, count: number): void {
    const host = hostname.replace(/^\[|\]$/g, '');
    const to = { host, port: Number(port) || (protocol === 'https:' ? 443 : 80), servername: isIP(host) ? '' : host };
    for (let opened = 0; opened < count; opened++) {
      const socket = this.create({ ...this.agent.options, ...to });
      // No request waits for this connection yet. The request that needs it reports what is wrong with the network.
      socket?.on('error', () => undefined);
      if (socket) this.waiting.push({ place: `${to.host}:${to.port}`, socket });
    }
  }

  private use(place: string): Duplex | undefined {
    for (;;) {
      const index = this.waiting.findIndex((one) => one.place === place);
      if (index < 0) return undefined;
      const [found] = this.waiting.splice(index, 1);
      if (found && !found.socket.destroyed && found.socket.writable) return found.socket;
    }
  }
}
