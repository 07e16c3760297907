import { Address } from "../../src/address/index.ts";

/** An address that the test knows to be one. */
export function addressOf(host: string, port = 8468): Address {
  const address = Address.parse(host, port);
  if (!address) throw new TypeError(`${host}:${port} is no address`);
  return address;
}
