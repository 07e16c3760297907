import type { Certificate, PublicKey } from "@hashmere/crypto";
import { onTestFinished } from "vitest";
import { InfoHash } from "../../src/id/index.ts";
import type { GetOptions, LookupOutcome } from "../../src/node/index.ts";
import { SeededRandom } from "../../src/random/index.ts";
import {
  type KeyId,
  type Recipient,
  SecureNode,
  type SecureNodeOptions,
  type SecurePutOptions,
  type SecurePutOutcome,
  ValueSecurity,
} from "../../src/secure/index.ts";
import { createTestnet, type TestNode, type Testnet, type TestnetOptions } from "../../src/testnet/index.ts";
import type { Value } from "../../src/value/index.ts";
import { SynchronousOperations } from "./synchronous-operations.ts";

/** What a node of the network may be given. */
export type Equipment = Partial<Omit<SecureNodeOptions, "node" | "security" | "random">>;

const STEP_MS = 50;
const LIMIT_MS = 120_000;

/** Runs virtual time until something has settled. */
async function settled<T>(net: Testnet, start: (settle: (result: T) => void) => void): Promise<T> {
  const results: T[] = [];
  start((result) => results.push(result));
  for (let waited = 0; waited < LIMIT_MS; waited += STEP_MS) {
    for (const result of results) return result;
    await net.advance(STEP_MS);
  }
  throw new Error(`an operation did not settle within ${LIMIT_MS / 1000} virtual seconds`);
}

/** A test node with the secure layer around it; its promises run virtual time. */
export class SecureTestNode {
  readonly plain: TestNode;
  readonly secure: SecureNode;
  readonly operations: SynchronousOperations;
  readonly #net: Testnet;

  constructor(
    net: Testnet,
    plain: TestNode,
    security: ValueSecurity,
    operations: SynchronousOperations,
    equipment: Equipment,
  ) {
    this.plain = plain;
    this.operations = operations;
    this.#net = net;
    this.secure = new SecureNode({ node: plain.dht, security, random: new SeededRandom(plain.index), ...equipment });
  }

  get(key: string, options: Pick<GetOptions, "where" | "filter"> = {}): Promise<LookupOutcome & { values: Value[] }> {
    return settled(this.#net, (settle) => {
      const values: Value[] = [];
      this.secure.get(InfoHash.get(key), {
        ...options,
        onValues: (found) => void values.push(...found),
        onDone: (outcome) => settle({ ...outcome, values }),
      });
    });
  }

  putSigned(key: string, value: Value, options: SecurePutOptions = {}): Promise<SecurePutOutcome> {
    return settled(this.#net, (settle) =>
      this.secure.putSigned(InfoHash.get(key), value, { ...options, onDone: settle }),
    );
  }

  putEncrypted(key: string, to: Recipient, value: Value): Promise<SecurePutOutcome> {
    return settled(this.#net, (settle) => this.secure.putEncrypted(InfoHash.get(key), to, value, { onDone: settle }));
  }

  findCertificate(id: KeyId): Promise<Certificate | Error> {
    return settled(this.#net, (settle) => this.secure.findCertificate(id, settle));
  }

  findPublicKey(id: KeyId): Promise<PublicKey | Error> {
    return settled(this.#net, (settle) => this.secure.findPublicKey(id, settle));
  }
}

export interface SecureNet {
  readonly net: Testnet;
  readonly nodes: readonly SecureTestNode[];
}

/** A settled network whose nodes check signatures; the first of them are equipped as asked. */
export async function secureNet(equipment: readonly Equipment[], options: TestnetOptions = {}): Promise<SecureNet> {
  const gear = (index: number): Equipment => equipment[index] ?? {};
  const securities: { security: ValueSecurity; operations: SynchronousOperations }[] = [];
  const net = await createTestnet({
    nodes: Math.max(equipment.length, 4),
    ...options,
    config: (index) => {
      const operations = new SynchronousOperations();
      const security = new ValueSecurity(gear(index).identity?.key, operations);
      securities[index] = { security, operations };
      return { checkSignature: (value, source, onOutcome) => security.check(value, source, onOutcome) };
    },
  });
  onTestFinished(() => net.close());
  const nodes = securities.map(
    ({ security, operations }, index) => new SecureTestNode(net, net.node(index), security, operations, gear(index)),
  );
  for (const { secure } of nodes) secure.onStatus();
  await net.advance("5s");
  return { net, nodes };
}

/** As a function of numbered nodes, because most tests have two or three. */
export function nodeAt({ nodes }: SecureNet, index: number): SecureTestNode {
  const node = nodes.at(index);
  if (node === undefined) throw new RangeError(`no node ${index}`);
  return node;
}
