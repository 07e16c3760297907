import { silentLogger } from "@hashmere/dht";
import { expect, test } from "vitest";
import {
  MAX_MAPPINGS,
  type MappingRequest,
  PortMapper,
  PortMappingError,
  type Router,
} from "../../src/port-mapping/index.ts";
import { VirtualTime } from "../support/virtual-time.ts";

class FakeRouter implements Router {
  readonly protocol = "pcp";
  readonly mapped: MappingRequest[] = [];
  readonly unmapped: MappingRequest[] = [];
  isClosed = false;
  lifetimeS = 7200;
  refuses = false;
  readonly #address: string;

  constructor(address = "11.11.11.101") {
    this.#address = address;
  }

  async externalAddress() {
    return this.#address;
  }

  async map(request: MappingRequest) {
    this.mapped.push(request);
    if (this.refuses) throw new PortMappingError("the router refused");
    return {
      external: { address: this.#address, port: request.externalPort + 1, family: 4 },
      lifetimeS: this.lifetimeS,
    } as const;
  }

  async unmap(request: MappingRequest) {
    this.unmapped.push(request);
  }

  close() {
    this.isClosed = true;
  }
}

const never = new AbortController().signal;

function mapperOf(...routers: readonly (Router | undefined)[]) {
  const scheduler = new VirtualTime();
  const finders = routers.map((router) => async () => {
    if (!router) throw new PortMappingError("nobody there");
    return router;
  });
  return { scheduler, mapper: new PortMapper({ log: silentLogger, scheduler, finders }) };
}

test("a mapping is renewed at half of its life, at the port that was granted, and given back at the end", async () => {
  const router = new FakeRouter();
  const { mapper, scheduler } = mapperOf(router);
  const mapping = await mapper.map("tcp", 4000, never);
  expect(mapping.external.port).toBe(4001);
  await scheduler.run(3_599_000);
  expect(router.mapped).toHaveLength(1);
  await scheduler.run(2_000);
  expect(router.mapped.at(-1)).toMatchObject({ internalPort: 4000, externalPort: 4001 });
  expect(mapper.mappings).toEqual([mapping]);
  await mapper[Symbol.asyncDispose]();
  expect(router.unmapped).toMatchObject([{ internalPort: 4000 }]);
  expect(router.isClosed).toBe(true);
  expect(mapper.mappings).toEqual([]);
});

test("a renewal that fails is tried again", async () => {
  const router = new FakeRouter();
  const { mapper, scheduler } = mapperOf(router);
  await mapper.map("tcp", 4000, never);
  router.refuses = true;
  await scheduler.run(3_700_000);
  expect(router.mapped.length).toBeGreaterThan(2);
  router.refuses = false;
  const before = router.mapped.length;
  await scheduler.run(60_000);
  expect(router.mapped.length).toBe(before + 1);
  await mapper[Symbol.asyncDispose]();
});

test("a lease of no time at all is not renewed without pause", async () => {
  const router = new FakeRouter();
  router.lifetimeS = 0;
  const { mapper, scheduler } = mapperOf(router);
  await mapper.map("udp", 4000, never);
  await scheduler.run(100_000);
  expect(router.mapped.length).toBeLessThanOrEqual(11);
  await mapper[Symbol.asyncDispose]();
});

test.each(["100.64.0.7", "192.168.1.1", "10.0.0.1", "169.254.1.1", "nonsense"])(
  "a router whose outside is %s is of no use",
  async (address) => {
    const router = new FakeRouter(address);
    const { mapper } = mapperOf(router);
    expect(await mapper.router()).toBeUndefined();
    expect(router.isClosed).toBe(true);
    await expect(mapper.map("tcp", 4000, never)).rejects.toThrow("no router maps ports here");
  },
);

test("of several ways to the router, one is used and the others are closed", async () => {
  const [first, second] = [new FakeRouter(), new FakeRouter()];
  const { mapper } = mapperOf(undefined, first, second);
  expect(await mapper.router()).toBe(first);
  expect([first.isClosed, second.isClosed]).toEqual([false, true]);
  await mapper[Symbol.asyncDispose]();
});

test("so many ports are mapped and no more", async () => {
  const { mapper } = mapperOf(new FakeRouter());
  for (let port = 1; port <= MAX_MAPPINGS; port++) await mapper.map("tcp", port, never);
  await expect(mapper.map("tcp", 9999, never)).rejects.toThrow(`${MAX_MAPPINGS} ports are mapped already`);
  await mapper[Symbol.asyncDispose]();
});

test("a mapping that nobody waits for any more is given back", async () => {
  const router = new FakeRouter();
  const { mapper } = mapperOf(router);
  const stop = new AbortController();
  const mapping = mapper.map("tcp", 4000, stop.signal);
  stop.abort(new Error("no longer wanted"));
  await expect(mapping).rejects.toThrow("no longer wanted");
  expect(mapper.mappings).toEqual([]);
  await mapper[Symbol.asyncDispose]();
});

test("who waits for the search does not wait longer than they said", async () => {
  const scheduler = new VirtualTime();
  const search = Promise.withResolvers<Router>();
  const mapper = new PortMapper({ log: silentLogger, scheduler, finders: [() => search.promise] });
  expect(await scheduler.until(mapper.router(500))).toBeUndefined();
  const router = new FakeRouter();
  search.resolve(router);
  expect(await mapper.router()).toBe(router);
  await mapper[Symbol.asyncDispose]();
});

test("in another network the router is looked for anew", async () => {
  const router = new FakeRouter();
  const { mapper } = mapperOf(router);
  await mapper.map("tcp", 4000, never);
  await mapper.connectivityChanged();
  expect(router.unmapped).toHaveLength(1);
  expect(mapper.mappings).toEqual([]);
  await mapper.map("tcp", 4000, never);
  await mapper[Symbol.asyncDispose]();
});

test("the end waits for ports that are being given back already", async () => {
  const router = new FakeRouter();
  const told = Promise.withResolvers<void>();
  const unmap = router.unmap.bind(router);
  router.unmap = async (request) => {
    await told.promise;
    await unmap(request);
  };
  const { mapper } = mapperOf(router);
  const mapping = await mapper.map("tcp", 4000, never);
  const closing = mapping.close();
  const ended = mapper[Symbol.asyncDispose]().then(() => router.unmapped.length);
  told.resolve();
  expect(await ended).toBe(1);
  await closing;
});
