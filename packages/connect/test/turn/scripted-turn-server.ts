import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { TransportAddress } from "../../src/address/index.ts";
import { longTermKey, StunAttributeType, StunBuilder, type StunMessage, StunMethod } from "../../src/stun/index.ts";
import type { TurnAddress } from "../../src/turn/index.ts";
import { StunStreamReader } from "../../src/turn/stun-stream-reader.ts";

export const USER = { host: "127.0.0.1", username: "user", password: "secret" };
export const RELAYED: TransportAddress = { address: "192.0.2.7", port: 50_000, family: 4 };

const REALM = "lab";
const KEY = longTermKey(USER.username, REALM, USER.password);

type Reply = Uint8Array | "close" | "silence" | undefined;

/** A TURN server that does what a test tells it; left alone, it grants everything to who signs with its current nonce. */
export class ScriptedTurnServer implements AsyncDisposable {
  readonly requests: StunMessage[] = [];
  readonly connections: Socket[] = [];
  nonce = "nonce-1";
  script: (request: StunMessage, socket: Socket) => Reply = () => undefined;
  readonly #server = createServer((socket) => this.#serve(socket));

  static async listen(): Promise<ScriptedTurnServer> {
    const server = new ScriptedTurnServer();
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get address(): TurnAddress {
    return { address: "127.0.0.1", port: (this.#server.address() as AddressInfo).port, family: 4 };
  }

  methods(): number[] {
    return this.requests.map(({ method }) => method);
  }

  /** Tells who allocated on this connection that a peer has connected to the relayed address. */
  announce(control: Socket, connectionId: number, peer: TransportAddress): void {
    const indication = new StunBuilder("indication", StunMethod.CONNECTION_ATTEMPT, new Uint8Array(12))
      .uint32(StunAttributeType.CONNECTION_ID, connectionId)
      .xorAddress(StunAttributeType.XOR_PEER_ADDRESS, peer);
    control.write(indication.build());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.connections) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #serve(socket: Socket): void {
    this.connections.push(socket);
    const reader = new StunStreamReader();
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      reader.push(chunk);
      for (let request = reader.next(); request; request = reader.next()) {
        this.requests.push(request);
        const reply = this.script(request, socket) ?? this.#grant(request);
        if (reply === "close") socket.destroy();
        else if (reply !== "silence") socket.write(reply);
      }
    });
  }

  #grant(request: StunMessage): Uint8Array {
    const isAuthentic = request.isSignedWith(KEY);
    if (!isAuthentic) return this.refuse(request, 401);
    if (request.text(StunAttributeType.NONCE) !== this.nonce) return this.refuse(request, 438);
    const answer = new StunBuilder("success", request.method, request.transactionId);
    if (request.method === StunMethod.ALLOCATE)
      answer.xorAddress(StunAttributeType.XOR_RELAYED_ADDRESS, RELAYED).uint32(StunAttributeType.LIFETIME, 600);
    return answer.integrity(KEY).build();
  }

  refuse(request: StunMessage, code: number): Uint8Array {
    return new StunBuilder("error", request.method, request.transactionId)
      .error(code, "No")
      .text(StunAttributeType.REALM, REALM)
      .text(StunAttributeType.NONCE, this.nonce)
      .build();
  }
}
