import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request to EC2's Query API or to SSM, as the client sent it. */
export interface RelayedRequest {
  readonly service: 'ec2' | 'ssm';
  readonly operation: string;
  readonly body: string;
}

export interface Relay {
  readonly url: string;
  /** In the order of arrival. */
  readonly requests: RelayedRequest[];
  close(): Promise<void>;
}

/** A proxy for moto. Records requests, and serves AWS's public parameters, which clients cannot create in moto. */
export async function startRelay(target: string, publicParameters: Readonly<Record<string, string>>): Promise<Relay> {
  const requests: RelayedRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    void answer(incoming)
      .catch((error: unknown) => ({ status: 502, type: 'text/plain', text: String(error) }))
      .then(({ status, type, text }) => outgoing.writeHead(status, { 'content-type': type }).end(text));
  });

  async function answer(incoming: IncomingMessage): Promise<{ status: number; type: string; text: string }> {
    const body = await read(incoming);
    const request = identify(incoming, body);
    requests.push(request);
    const found = request.operation === 'GetParameters' ? findPublic(body) : undefined;
    if (found) return { status: 200, type: 'application/x-amz-json-1.1', text: JSON.stringify(found) };
    const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
      typeof value === 'string' && !['host', 'connection', 'content-length'].includes(name)
        ? [[name, value] as [string, string]]
        : [],
    );
    const forwarded = request.operation === 'CreateImage' ? withoutSnapshotTags(body) : body;
    const reply = await fetch(target + (incoming.url ?? '/'), { method: 'POST', headers, body: forwarded });
    return { status: reply.status, type: reply.headers.get('content-type') ?? 'text/xml', text: await reply.text() };
  }

  function findPublic(body: string): object | undefined {
    const { Names = [] } = JSON.parse(body) as { Names?: string[] };
    if (!Names.every((name) => name in publicParameters)) return undefined;
    return { Parameters: Names.map((Name) => ({ Name, Value: publicParameters[Name] })), InvalidParameters: [] };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

/** Packer 1.9 and newer send these tags with CreateImage, where moto fails, and again with CreateTags. */
function withoutSnapshotTags(body: string): string {
  const fields = new URLSearchParams(body);
  for (const [name, value] of fields) {
    const [, start] = /^(TagSpecification\.\d+\.)ResourceType$/.exec(name) ?? [];
    if (start === undefined || value !== 'snapshot') continue;
    for (const key of Array.from(fields.keys()).filter((one) => one.startsWith(start))) fields.delete(key);
    break;
  }
  return fields.toString();
}

function identify({ headers }: IncomingMessage, body: string): RelayedRequest {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return { service: 'ssm', operation: target.split('.').at(-1)!, body };
  return { service: 'ec2', operation: new URLSearchParams(body).get('Action') ?? '', body };
}

async function read(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
