import type { SockAddr } from "../../address/index.ts";
import type { InfoHash } from "../../id/index.ts";
import type { Peer } from "../../routing/index.ts";
import { ERROR_BAD_REQUEST, ERROR_UNAUTHORIZED } from "../../rpc/index.ts";
import type { PutQuery } from "../../wire/index.ts";
import type { NodeCore } from "../node-core.ts";
import { chargeForNews } from "./extra-work.ts";
import { ValuesToKeep } from "./keep-values.ts";

/** How many of the nodes closest to a key are looked at to tell whether it is any business of ours. */
const NEIGHBOURS = 14; // node behaviour §10.2
/** That many of them leave us nothing to do, if all are nearer to the key than we are. */
const ENOUGH_NEIGHBOURS = 8;
/** Only nodes heard within this time count. OpenDHT counts nodes that may be dead for ten minutes, and loses values so. */
const ALIVE_MS = 5 * 60_000;

/**
 * Keep these values.
 *
 * One acknowledgement per value, whether or not the value was taken: that is the protocol, real nodes hang on any refusal
 * but a wrong token. Listeners hear of new values before the putter does.
 */
export function handlePut(core: NodeCore, query: PutQuery, peer: Peer, from: SockAddr): void {
  const { key, tid, token } = query;
  if (key.isZero()) core.rpc.error(peer, tid, ERROR_BAD_REQUEST, "Put with no info_hash");
  else if (core.rpc.tokens.accepts(token, from)) keep(core, query, peer, from);
  else core.rpc.error(peer, tid, ERROR_UNAUTHORIZED, "Put with incorrect token");
}

function keep(core: NodeCore, query: PutQuery, peer: Peer, from: SockAddr): void {
  const isOurs = !isTooFar(core, query.key, peer);
  if (isOurs) chargeForNews(core, from, query.key, query.values.length);
  const toKeep = new ValuesToKeep(core, query, createdAt(core, query.created), peer, from);
  for (const value of query.values) {
    if (value.id === 0n) {
      core.rpc.error(peer, query.tid, ERROR_BAD_REQUEST, "Put with invalid ID");
      return;
    }
    if (isOurs) toKeep.keep(value);
  }
  toKeep.acknowledge();
}

function isTooFar(core: NodeCore, key: InfoHash, peer: Peer): boolean {
  const now = core.scheduler.now();
  const closest = core.family(peer.family)?.table.findClosest(key, NEIGHBOURS, now) ?? [];
  const farthest = closest.at(-1);
  if (farthest === undefined || key.xorCmp(farthest.id, core.id) > 0) return false;
  return closest.filter(({ heardAt }) => heardAt > now - ALIVE_MS).length >= ENOUGH_NEIGHBOURS;
}

/** Unix ms; what claims to come from the future is from now. */
function createdAt(core: NodeCore, seconds: number | undefined): number {
  const now = core.scheduler.wallClock();
  return seconds === undefined ? now : Math.min(seconds * 1000, now);
}
