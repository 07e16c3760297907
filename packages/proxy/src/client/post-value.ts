import { DhtError, type InfoHash, NOT_ANNOUNCED, type PutOutcome, type Value } from "@hashmere/dht/engine";
import { isJsonObject, type Json, readJson, writeJson } from "../json/index.ts";
import { ANSWER_TIMEOUT_MS } from "./limits.ts";
import { ask, keyPath, type ProxyCore } from "./proxy-core.ts";
import { unreachable } from "./proxy-failure.ts";

/**
 * Posts a value. Its id is chosen here, not by the proxy, so that the same value can be posted again when nobody knows
 * whether it arrived. The one that is asked is the proxy.
 * @throws the signal's reason when that is aborted
 */
export async function postValue(
  core: ProxyCore,
  key: InfoHash,
  value: Value,
  { signal, permanent = false }: { readonly signal: AbortSignal; readonly permanent?: boolean | undefined },
): Promise<PutOutcome> {
  const terms = permanent && { permanent: core.push ? { ...core.push } : true };
  const request = {
    method: "POST",
    path: keyPath(key),
    body: writeJson({ ...value.toJSON(), ...terms }),
    signal,
  } as const;
  try {
    return await ask(core, request, async (answer) => {
      const line = await answer.firstLine(ANSWER_TIMEOUT_MS);
      if (answer.status === 200) return { ...NOT_ANNOUNCED, ok: true, asked: 1, acknowledged: 1 };
      return { ...NOT_ANNOUNCED, asked: 1, refused: 1, error: refusal(answer.status, line) };
    });
  } catch (error) {
    signal.throwIfAborted();
    return { ...NOT_ANNOUNCED, error: unreachable(core.connection.base, error) };
  }
}

function refusal(status: number, line: string): DhtError {
  const reason = reasonIn(line) ?? "it doesn't say why";
  return new DhtError("ERR_PROXY_REFUSED", `the proxy refuses the value with status ${status}: ${reason}`);
}

/** OpenDHT's proxies write `err`, and once `err:`. */
function reasonIn(line: string): string | undefined {
  let json: Json;
  try {
    json = readJson(line);
  } catch {
    return undefined;
  }
  if (!isJsonObject(json)) return undefined;
  return [json.message, json.error, json.err, json["err:"]].find((text) => typeof text === "string");
}
