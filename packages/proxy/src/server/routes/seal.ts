// Source: OpenDHT REST proxy, sign and encrypt on the server's behalf.
import type { Identity } from "@hashmere/crypto";
import { signValue } from "@hashmere/dht";
import { InfoHash, Value } from "@hashmere/dht/engine";
import { type JsonObject, valueLine } from "../../json/index.ts";
import type { Exchange } from "../exchange.ts";
import { noDestination, notImplemented, putFailed } from "../http-error.ts";
import { admit, answerPut } from "./put.ts";
import type { Route } from "./route.ts";

export const putSigned: Route = {
  method: "POST",
  path: "/key/:hash/sign",
  summary: "Puts a value signed by the proxy's node; 501 unless the proxy has an identity.",
  takes: "value",
  gives: "value",
  async handle(exchange) {
    identityOf(exchange);
    const { value } = admit(exchange);
    await answerPut(exchange, exchange.service.node.putSigned(exchange.key, value));
  },
};

export const putEncrypted: Route = {
  method: "POST",
  path: "/key/:hash/encrypt",
  summary: "Puts a value that only the holder of the key `to` can read, signed by the proxy's node.",
  takes: "value",
  gives: "value",
  async handle(exchange) {
    const { key } = identityOf(exchange);
    const { value, json } = admit(exchange);
    const to = recipientOf(json);
    const recipientKey = await exchange.service.node.findPublicKey(to);
    if (recipientKey === null) throw putFailed();
    const { id, priority, pushType } = value;
    const signed = await signValue(value.with({ recipient: to }), key);
    const cypher = recipientKey.encrypt(signed.getToEncrypt());
    const put = await exchange.service.node.put(exchange.key, new Value({ id, priority, pushType, cypher }));
    if (!put.ok) throw putFailed();
    // The answer shows what only the recipient will see.
    exchange.answerText(valueLine(signed.withId(put.value.id)));
  },
};

function identityOf({ service }: Exchange): Identity {
  if (service.identity === undefined) throw notImplemented();
  return service.identity;
}

function recipientOf({ to }: JsonObject): InfoHash {
  const id = typeof to === "string" ? InfoHash.tryFromHex(to) : InfoHash.zero;
  if (id.isZero()) throw noDestination();
  return id;
}
