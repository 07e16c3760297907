import { parseService, type ServiceAddress } from "./service-address.ts";

/** A local TCP port that leads to a service at the device. */
export interface Forward {
  readonly local: ServiceAddress;
  readonly target: ServiceAddress;
}

const LOCAL_HOST = "127.0.0.1";

/** `[host:]port:host:port`, IPv6 addresses in brackets; undefined for anything else. */
export function parseForward(text: string): Forward | undefined {
  const part = String.raw`(\[[^\]]+\]|[^:[\]]+)`;
  const match = new RegExp(`^(?:${part}:)?(\\d+):${part}:(\\d+)$`).exec(text);
  const [, localHost = LOCAL_HOST, localPort, host, port] = match ?? [];
  const local = parseListener(`${localHost}:${localPort}`);
  const target = parseService(`${host}:${port}`);
  return local && target && { local, target };
}

/** `[host:]port`, where 0 means any free port; undefined for anything else. */
export function parseListener(text: string): ServiceAddress | undefined {
  const address = /^\d+$/.test(text) ? `${LOCAL_HOST}:${text}` : text;
  const anyPort = /^(.+):0$/.exec(address)?.[1];
  if (anyPort !== undefined) {
    const named = parseService(`${anyPort}:1`);
    return named && { host: named.host, port: 0 };
  }
  return parseService(address);
}
