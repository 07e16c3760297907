import { afterEach, describe, expect, it } from "vitest";
import { SockAddr } from "../../src/address/index.ts";
import { AddressBook, MAX_BOOK_ENTRIES } from "../../src/transport/address-book.ts";
import { UdpTransport, type UdpTransportOptions } from "../../src/transport/index.ts";

const LOOPBACK4 = SockAddr.ipv4(0x7f000001, 0);
const LOOPBACK6 = SockAddr.ipv6(0, 0, 0, 1, 0);

const open: UdpTransport[] = [];

afterEach(async () => {
  for (const transport of open.splice(0)) await transport.close();
});

class Endpoint {
  readonly transport: UdpTransport;
  readonly #arrivals: { text: string; from: SockAddr }[] = [];
  #wake = () => {};

  constructor(options: UdpTransportOptions) {
    this.transport = new UdpTransport(options);
    open.push(this.transport);
  }

  async open(): Promise<this> {
    await this.transport.open({
      onDatagram: (datagram, from) => {
        this.#arrivals.push({ text: Buffer.from(datagram).toString(), from });
        this.#wake();
      },
      onUnreachable: () => {},
    });
    return this;
  }

  async next(): Promise<{ text: string; from: SockAddr }> {
    for (;;) {
      const arrival = this.#arrivals.shift();
      if (arrival) return arrival;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  bound(family: 4 | 6): SockAddr {
    const address = this.transport.bound(family);
    if (!address) throw new Error(`IPv${family} isn't open`);
    return address;
  }
}

describe("UdpTransport", () => {
  it.each([4, 6] as const)("carries datagrams over IPv%i and names the sender", async (family) => {
    const options = { bind4: LOOPBACK4, bind6: LOOPBACK6 };
    const a = await new Endpoint(options).open();
    const b = await new Endpoint(options).open();
    a.transport.send(Buffer.from("hello"), b.bound(family), true);
    const { text, from } = await b.next();
    expect(text).toBe("hello");
    expect(from.equals(a.bound(family))).toBe(true);
  });

  it("gives both families the same free port where it can", async () => {
    const a = await new Endpoint({ bind4: LOOPBACK4, bind6: LOOPBACK6 }).open();
    expect(a.bound(4).port).toBeGreaterThan(0);
    expect(a.bound(6).port).toBe(a.bound(4).port);
  });

  it("tries the ports it wishes for first, and takes any other where they are taken", async () => {
    const options = { bind4: LOOPBACK4, bind6: LOOPBACK6 };
    const a = await new Endpoint(options).open();
    const [port4, port6] = [a.bound(4).port, a.bound(6).port];
    await a.transport.close();
    const b = await new Endpoint({ bind4: LOOPBACK4.withPort(port4), bind6: null }).open();
    const c = await new Endpoint({ ...options, wish: { 4: port4, 6: port6 } }).open();
    expect(b.bound(4).port).toBe(port4);
    expect(c.bound(4).port).not.toBe(port4);
    expect(c.bound(6).port).toBe(port6);
    expect(c.transport.failure(4)).toBeUndefined();
  });

  it("does without a family that can't be had, and fails with a sentence when there is none", async () => {
    const a = await new Endpoint({ bind4: LOOPBACK4, bind6: null }).open();
    const b = await new Endpoint({ bind4: a.bound(4), bind6: LOOPBACK6 }).open();
    expect(b.transport.bound(4)).toBeUndefined();
    expect(b.transport.failure(4)?.message).toMatch(
      /^goes without IPv4: can't open UDP .*EADDRINUSE.* another program/,
    );
    expect(b.transport.failure(6)).toBeUndefined();
    const c = new Endpoint({ bind4: a.bound(4), bind6: null });
    await expect(c.open()).rejects.toMatchObject({
      code: "ERR_SOCKET",
      message: expect.stringContaining(`${a.bound(4)}`),
    });
    await expect(new Endpoint({ bind4: null, bind6: null }).open()).rejects.toThrow("at least one address");
  });

  it("sends nothing, and doesn't throw, through a family that isn't open or after it was closed", async () => {
    const a = await new Endpoint({ bind4: LOOPBACK4, bind6: null }).open();
    a.transport.send(Buffer.from("x"), LOOPBACK6.withPort(9), true);
    await a.transport.close();
    a.transport.send(Buffer.from("x"), LOOPBACK4.withPort(9), true);
    expect(a.transport.bound(4)).toBeUndefined();
  });
});

describe("AddressBook", () => {
  it("gives the same object for the same sender, and none for what is no address", () => {
    const book = new AddressBook();
    expect(book.find("127.0.0.1", 4222)).toBe(book.find("127.0.0.1", 4222));
    expect(`${book.find("::ffff:10.0.0.1", 1)}`).toBe("10.0.0.1:1");
    expect(book.find("nonsense", 1)).toBeUndefined();
  });

  it("is begun anew when it is full", () => {
    const book = new AddressBook();
    const first = book.find("127.0.0.1", 1);
    for (let port = 2; port <= MAX_BOOK_ENTRIES; port++) book.find("127.0.0.1", port);
    expect(book.find("127.0.0.1", 1)).toBe(first);
    book.find("127.0.0.2", 1);
    expect(book.find("127.0.0.1", 1)).not.toBe(first);
  });
});
