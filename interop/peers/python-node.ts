import { fileURLToPath } from "node:url";
import { DEBIAN_PYTHON } from "./debian-programs.ts";
import { EventLog } from "./event-log.ts";
import { freePort } from "./free-port.ts";
import {
  type Endpoint,
  type GetOutcome,
  type InteropPeer,
  type ListenEvent,
  LOOPBACK_4,
  LOOPBACK_6,
  type OutgoingValue,
  type PeerListener,
  type PeerOptions,
  type PutOutcome,
  type SeenValue,
  type StoredKey,
} from "./interop-peer.ts";
import { LineProcess } from "./line-process.ts";
import { parseGoodNodes, parseStorageLog } from "./log-text.ts";

const HOST_PROGRAM = fileURLToPath(new URL("python_host.py", import.meta.url));
const OPERATION_LIMIT_MS = 40_000;

type Answer = Readonly<Record<string, unknown>>;

/** A Python process that runs any number of nodes of the `opendht` module. */
export class PythonHost implements AsyncDisposable {
  readonly #process = new LineProcess(DEBIAN_PYTHON, ["-u", HOST_PROGRAM]);
  readonly #listeners = new Map<number, EventLog<ListenEvent>>();
  readonly #answers = new EventLog<Answer>();
  #lastSeq = 0;
  #lastNode = 0;

  constructor() {
    void this.#read();
  }

  /** @param ownsHost The node ends this process when it ends. */
  async startNode(options: PeerOptions = {}, ownsHost = false): Promise<PythonNode> {
    const { statePath, identity, clientMode, storeBytes, localStoreBytes } = options;
    if (statePath !== undefined || identity || clientMode || (storeBytes ?? localStoreBytes) !== undefined) {
      throw new Error("the Python module has no state file, client mode or store size; identities are dhtnode's part");
    }
    const port = options.port ?? (await freePort());
    const node = ++this.#lastNode;
    const { network = 0, types = [], maintainStorage = false } = options;
    const request = {
      node,
      port,
      network,
      ipv4: LOOPBACK_4,
      ipv6: LOOPBACK_6,
      maintainStorage,
      types: types.map((t) => [t.id, t.seconds]),
    };
    const answer = await this.request("run", request);
    const started = new PythonNode(this, node, String(answer.id), port, ownsHost);
    if (options.bootstrap !== undefined) await started.bootstrap(options.bootstrap);
    return started;
  }

  async request(action: string, parameters: Answer): Promise<Answer> {
    const seq = ++this.#lastSeq;
    this.#process.write(JSON.stringify({ seq, do: action, ...parameters }));
    const what = `"${action}" at the Python node`;
    const answer = await this.#answers.waitFor((candidate) => candidate.seq === seq, what, OPERATION_LIMIT_MS);
    if (answer.error !== undefined) throw new Error(`${what}: ${answer.error}`);
    return answer;
  }

  async openListener(node: number, key: string): Promise<PeerListener> {
    const listener = ++this.#lastSeq;
    const events = new EventLog<ListenEvent>();
    this.#listeners.set(listener, events);
    await this.request("listen", { node, key, listener });
    return {
      get events() {
        return events.entries;
      },
      waitFor: (fits, what, limitMs) => events.waitFor(fits, what, limitMs),
      cancel: async () => {
        this.#listeners.delete(listener);
        await this.request("cancelListen", { node, listener });
      },
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process.stop();
  }

  kill(): Promise<void> {
    return this.#process.kill();
  }

  async #read(): Promise<void> {
    const { lines } = this.#process;
    for (let next = 0; ; next++) {
      const line = await lines.waitFor(() => true, "Python host", HOST_LIFE_MS, next).catch(() => undefined);
      if (line === undefined) break;
      const message: Answer = JSON.parse(line);
      if (typeof message.listener !== "number") this.#answers.push(message);
      else {
        const event = { value: seenValue(message.value), expired: message.expired === true };
        this.#listeners.get(message.listener)?.push(event);
      }
    }
    this.#answers.close(`the Python host ended ${this.#process.errorOutput}`);
    for (const events of this.#listeners.values()) events.close("the Python host ended");
  }
}

/** No scenario lasts longer. */
const HOST_LIFE_MS = 3_600_000;

/** One node in a Python host. */
export class PythonNode implements InteropPeer {
  readonly kind = "python";
  readonly nodeId: string;
  readonly port: number;
  readonly #host: PythonHost;
  readonly #node: number;
  readonly #ownsHost: boolean;

  constructor(host: PythonHost, node: number, nodeId: string, port: number, ownsHost: boolean) {
    this.#ownsHost = ownsHost;
    this.#host = host;
    this.#node = node;
    this.nodeId = nodeId;
    this.port = port;
  }

  /** A node with a process of its own. */
  static async start(options: PeerOptions = {}): Promise<PythonNode> {
    const host = new PythonHost();
    try {
      return await host.startNode(options, true);
    } catch (error) {
      await host.kill();
      throw error;
    }
  }

  async bootstrap({ host, port }: Endpoint): Promise<void> {
    await this.#request("bootstrap", { host, port });
  }

  /** Pings the node at this port of the address that this node is bound to. */
  async ping(port: number): Promise<boolean> {
    return (await this.#request("ping", { port })).pong === true;
  }

  async put(
    key: string,
    { data, id, type, userType }: OutgoingValue,
    { permanent = false }: { readonly permanent?: boolean } = {},
  ): Promise<PutOutcome> {
    if (permanent) throw new Error("this version of the Python module cannot put permanently");
    const answer = await this.#request("put", {
      key,
      data: Buffer.from(data).toString("base64"),
      ...(id !== undefined && { id: id.toString() }),
      ...(type !== undefined && { type }),
      ...(userType !== undefined && { userType }),
    });
    return { ok: answer.done === true, id: BigInt(String(answer.id)) };
  }

  cancelPut(): Promise<void> {
    return Promise.reject(new Error("this version of the Python module cannot cancel a put"));
  }

  async get(key: string, where?: string): Promise<GetOutcome> {
    const answer = await this.#request("get", { key, ...(where !== undefined && { where }) });
    return { ok: answer.done === true, values: Array.isArray(answer.values) ? answer.values.map(seenValue) : [] };
  }

  listen(key: string, where?: string): Promise<PeerListener> {
    if (where !== undefined) throw new Error("the Python module listens without restriction");
    return this.#host.openListener(this.#node, key);
  }

  async storage(): Promise<ReadonlyMap<string, StoredKey>> {
    return parseStorageLog(String((await this.#request("logs", {})).storage));
  }

  async goodNodes(family: 4 | 6): Promise<readonly string[]> {
    const logs = await this.#request("logs", {});
    return parseGoodNodes(String(family === 4 ? logs.routing4 : logs.routing6));
  }

  /** With a process of its own: kills it. In a shared one: leaves without a word to the others. */
  async kill(): Promise<void> {
    if (this.#ownsHost) await this.#host.kill();
    else await this.#request("stop", {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ownsHost) await this.#host[Symbol.asyncDispose]();
    else await this.#request("stop", { graceful: true }).catch(() => undefined); // the host may have ended first
  }

  #request(action: string, parameters: Answer): Promise<Answer> {
    return this.#host.request(action, { node: this.#node, ...parameters });
  }
}

/** The picture that python_host.py draws of a value. */
function seenValue(picture: unknown): SeenValue {
  const { id, data, userType } = picture as { id: string; data: string; userType: string }; // our own program's output
  const bytes = Buffer.from(data, "base64");
  return { id: BigInt(id), data: bytes, size: bytes.length, userType };
}
