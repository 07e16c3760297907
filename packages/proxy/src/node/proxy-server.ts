import { setImmediate } from "node:timers/promises";
import type { Identity } from "@hashmere/crypto";
import { dashboardFiles } from "@hashmere/dashboard";
import type { DhtRunner, Logger } from "@hashmere/dht";
import { RealScheduler } from "@hashmere/dht/engine";
import type { FastifyInstance } from "fastify";
import { parseGateway } from "../push/index.ts";
import {
  allRoutes,
  CLOSE_GRACE_MS,
  createHttpApp,
  DashboardFeed,
  dashboardRoutes,
  type Health,
  type ProxyLimits,
  ProxyService,
  type ProxyStats,
  type Route,
  readPageFiles,
  UNCONFIRMED_CHECK_MS,
} from "../server/index.ts";
import { IdleConnections } from "./idle-connections.ts";
import { listen } from "./listen.ts";
import { StateKeeper } from "./state-keeper.ts";
import { VanishedClients } from "./vanished-clients.ts";
import { openServer, type ProxyTls } from "./web-server.ts";

/** In so many turns of the event loop a connection is accepted and what it has brought is read, from whatever phase on. */
const TURNS_TO_READ = 3;
/** How often connections are closed meanwhile that have nothing to wait for, or not any more. */
const IDLE_CHECK_MS = 100;
/** A gateway that has a push when the server closes may take so long to confirm it: it keeps the process alive meanwhile. */
const PUSH_GRACE_MS = 2_000;
/** How often clients that have nothing any more are forgotten. */
const SWEEP_MS = 60_000;

export interface ProxyServerOptions {
  /** The node that is opened to clients. It stays the caller's: close the proxy first, then the node. */
  readonly dht: DhtRunner;
  /** Default 8000; 0 for any free port. */
  readonly port?: number | undefined;
  /** Address to listen at. Default: all, of both families. */
  readonly host?: string | undefined;
  /** Speak HTTPS, with TLS 1.2 or later. Default: plain HTTP. */
  readonly tls?: ProxyTls | undefined;
  readonly auth?:
    | { /** Bearer tokens: who presents one may use the proxy. */ readonly tokens: readonly string[] }
    | undefined;
  readonly limits?: Partial<ProxyLimits> | undefined;
  /**
   * Web servers that forward to this one: addresses, networks (`10.0.0.0/8`) or `loopback`. Their clients are told apart by
   * `X-Forwarded-For`, in which everybody else could write what he likes. Default: none.
   */
  readonly trustProxy?: readonly string[] | undefined;
  /** File for permanent puts and subscriptions, as the real proxy's. Default: they end with the process. */
  readonly statePath?: string | undefined;
  readonly push?:
    | {
        /** gorush: `[host:]port`, or a URL. */
        readonly gateway?: string | undefined;
        readonly defaultTopic?: string | undefined;
        /** Let clients name UnifiedPush endpoints in private networks and over http. Default false. */
        readonly allowPrivateEndpoints?: boolean | undefined;
      }
    | undefined;
  /** The node's own identity: with it the proxy signs and encrypts for its clients. Default: it refuses to. */
  readonly identity?: Identity | undefined;
  /** Serve the page that shows the node alive: `/` leads browsers to it. Default true. */
  readonly dashboard?: boolean | undefined;
  readonly logger?: Logger | undefined;
}

/** What a server consists of. */
interface Parts {
  readonly service: ProxyService;
  readonly app: FastifyInstance;
  readonly scheduler: RealScheduler;
  readonly keeper: StateKeeper | undefined;
  readonly idle: IdleConnections;
  readonly vanished: VanishedClients;
  readonly url: string;
}

/**
 * A DHT over HTTP, for everything that can't hold a UDP port.
 *
 * ```ts
 * await using node = await DhtRunner.run({ bootstrap: "bootstrap.jami.net" });
 * await using proxy = await ProxyServer.open({ dht: node, port: 8080 });
 * console.log(proxy.url);
 * ```
 */
export class ProxyServer implements AsyncDisposable {
  /** With the port that was bound. */
  readonly url: string;
  readonly #service: ProxyService;
  readonly #app: FastifyInstance;
  readonly #scheduler: RealScheduler;
  readonly #keeper: StateKeeper | undefined;
  readonly #idle: IdleConnections;
  #closing: Promise<void> | undefined;

  /**
   * @throws ProxyServerError `ERR_PROXY_LISTEN` when the port or address can't be had, `ERR_PROXY_TLS` when key and
   * certificate are none; TypeError for a push gateway, or a trusted address, that is none
   */
  static async open(options: ProxyServerOptions): Promise<ProxyServer> {
    const { dht, push = {}, logger, statePath } = options;
    const scheduler = new RealScheduler();
    dht.forwardAllMessages(true); // clients have keys of their own
    const log = (what: string) => (error: unknown) => {
      logger?.log("error", `${what}: ${error instanceof Error ? error.message : error}`);
    };
    const service: ProxyService = new ProxyService({
      node: dht,
      scheduler,
      limits: options.limits,
      trustProxy: options.trustProxy,
      tokens: options.auth?.tokens,
      identity: options.identity,
      push: { ...push, gateway: push.gateway === undefined ? undefined : parseGateway(push.gateway) },
      onChange: () => keeper?.touch(),
      onPushDropped: ({ host }) =>
        logger?.log(
          "warning",
          `a push to ${host} was dropped: it was refused, that is no public server, or it didn't answer (told once a minute; /metrics counts all)`,
        ),
    });
    const keeper =
      statePath === undefined
        ? undefined
        : new StateKeeper({
            path: statePath,
            scheduler,
            state: () => service.state,
            onError: log(`the proxy's state can't be saved to ${statePath}`),
          });
    const app = createHttpApp({
      service,
      routes: allRoutes(await pageRoutes(options, service)),
      createServer: (listener) => openServer(listener, options.tls, service.ledger),
      onError: log("a request failed"),
    });
    const state = await keeper?.load().catch(log("permanent puts and subscriptions were not loaded"));
    await keeper?.checkPlace();
    const idle = new IdleConnections(app.server, { isSecure: options.tls !== undefined });
    const vanished = new VanishedClients(app.server, scheduler);
    const url = await listen(app, options);
    if (state) service.restore(state);
    return new ProxyServer({ service, app, scheduler, keeper, idle, vanished, url });
  }

  private constructor({ service, app, scheduler, keeper, idle, vanished, url }: Parts) {
    this.#service = service;
    this.#app = app;
    this.#scheduler = scheduler;
    this.#keeper = keeper;
    this.#idle = idle;
    this.url = url;
    this.#every(SWEEP_MS, () => service.ledger.sweep());
    this.#every(UNCONFIRMED_CHECK_MS, () => vanished.check());
  }

  get stats(): ProxyStats {
    return this.#service.statistics.stats;
  }

  /** Whether clients can do anything here. */
  get health(): Health {
    return this.#service.health.check();
  }

  /**
   * Ends streams properly, lets requests come to their end that had arrived (at most for `CLOSE_GRACE_MS`), and saves the
   * state. May be called more than once.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#service.endStreams();
    const { server } = this.#app;
    await readArrived();
    const idle = setInterval(async () => {
      await readArrived();
      this.#idle.close();
    }, IDLE_CHECK_MS);
    const impatience = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    await this.#app.close();
    clearInterval(idle);
    clearTimeout(impatience);
    // What the last requests have changed is saved, too.
    this.#service.close();
    await this.#keeper?.save();
    this.#scheduler.stop();
    setTimeout(() => this.#service.abandonPushes(), PUSH_GRACE_MS).unref();
  }

  #every(periodMs: number, task: () => void | Promise<void>): void {
    this.#scheduler.at(this.#scheduler.now() + periodMs, async () => {
      await task();
      if (this.#closing === undefined) this.#every(periodMs, task);
    });
  }
}

/** A socket that is closed while something lies there unread resets its connection: on a busy machine, a request may. */
async function readArrived(): Promise<void> {
  for (let turn = 0; turn < TURNS_TO_READ; turn++) await setImmediate();
}

async function pageRoutes(
  { dht, dashboard = true }: ProxyServerOptions,
  { scheduler, health }: ProxyService,
): Promise<readonly Route[] | undefined> {
  if (!dashboard) return undefined;
  const feed = new DashboardFeed({ node: dht, scheduler, health: () => health.check() });
  return dashboardRoutes(feed, await readPageFiles(dashboardFiles));
}
