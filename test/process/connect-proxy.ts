import http from 'node:http';
import net, { type AddressInfo } from 'node:net';

export interface ConnectProxy {
  readonly url: string;
  /** The `host:port` of every requested tunnel, in order. */
  readonly tunnels: string[];
  /** The `Proxy-Authorization` header of every requested tunnel. */
  readonly credentials: (string | undefined)[];
  close(): Promise<void>;
}

/**
 * Starts an HTTP proxy whose tunnels all lead to the loopback, so that host names need not exist.
 *
 * @param refuse a status with which it refuses every tunnel
 */
export async function startConnectProxy(refuse?: number): Promise<ConnectProxy> {
  const tunnels: string[] = [];
  const credentials: (string | undefined)[] = [];
  const sockets = new Set<net.Socket>();
  const server = http.createServer((_, response) => response.writeHead(400).end());
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '');
    credentials.push(request.headers['proxy-authorization']);
    if (refuse !== undefined) {
      socket.on('error', () => socket.destroy());
      socket.end(`HTTP/1.1 ${refuse} Refused\r\n\r\n`);
      return;
    }
    const target = net.connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    sockets.add(target);
    for (const end of [target, socket]) end.on('error', () => (target.destroy(), socket.destroy()));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    credentials,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
