// Source: OpenDHT REST proxy, put and permanent puts.
import { MAX_VALUE_BYTES, type Value } from "@hashmere/dht/engine";
import {
  type JsonObject,
  objectOf,
  type PushTarget,
  readPermanent,
  readPushTarget,
  readValue,
  valueLine,
} from "../../json/index.ts";
import type { Exchange } from "../exchange.ts";
import { missingParameters, noSuchPut, overloaded, putFailed, tooMany } from "../http-error.ts";
import type { Route } from "./route.ts";

/** Values smaller than this are surely small enough, whatever surrounds their bytes in the packed form. */
const SURELY_SMALL_BYTES = MAX_VALUE_BYTES - 4_096;
const DECIMAL = /^\d{1,20}$/;

export const putValue: Route = {
  method: "POST",
  path: "/key/:hash",
  summary: "Puts a value; with `permanent`, for a day, whether or not you stay.",
  takes: "put",
  gives: "value",
  handle: put,
};

export const cancelPermanentPut: Route = {
  method: "DELETE",
  path: "/key/:hash/:id",
  summary: "Ends a permanent put; the body names the client and the token that it was made with.",
  takes: "client",
  gives: "object",
  handle(exchange) {
    const id = exchange.parameter("id");
    const target = readPushTarget(exchange.body === "" ? {} : objectOf(exchange.json()));
    const wasThere = DECIMAL.test(id) && exchange.service.puts.cancel(exchange.key, BigInt(id), target);
    if (!wasThere) throw noSuchPut();
    exchange.answer({});
  },
};

/** Also on the path of older versions. */
export async function put(exchange: Exchange): Promise<void> {
  const { value, json } = admit(exchange);
  const target = readPermanent(json);
  if (target) return putPermanently(exchange, value, target);
  exchange.service.ledger.addRecent(exchange.account, value.size);
  return answerPut(exchange, exchange.service.node.put(exchange.key, value));
}

async function putPermanently(exchange: Exchange, value: Value, target: PushTarget): Promise<void> {
  const { service, key, account } = exchange;
  const renewed = service.puts.renewEqual(key, value, target);
  if (renewed) return exchange.answerText(valueLine(renewed));
  if (!service.puts.has(key, value.id)) {
    exchange.mustHaveLeft("permanent puts");
    if (service.puts.isFullAt(key)) throw overloaded("permanent puts");
  }
  const announced = await service.puts.put(key, value, target, account);
  service.health.onPut(announced !== undefined);
  if (announced === undefined) throw putFailed();
  exchange.answerText(valueLine(announced));
}

/** Waits for the put, and answers with what was put. */
export async function answerPut(exchange: Exchange, put: PromiseLike<{ ok: boolean; value: Value }>): Promise<void> {
  const { ok, value } = await put;
  exchange.service.health.onPut(ok);
  if (!ok) throw putFailed();
  exchange.answerText(valueLine(value));
}

/** The value in the body, if the client may put it. */
export function admit(exchange: Exchange): { readonly value: Value; readonly json: JsonObject } {
  const { service, account } = exchange;
  if (!account.takePut()) throw tooMany("puts");
  if (exchange.body === "") throw missingParameters();
  const json = exchange.json();
  const value = readValue(json);
  if (value.size > SURELY_SMALL_BYTES && value.getPacked().length > MAX_VALUE_BYTES) throw putFailed();
  if (!service.ledger.hasRoomFor(account, value.size)) throw tooMany("bytes");
  return { value, json: objectOf(json) };
}
