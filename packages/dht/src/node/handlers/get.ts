import type { Peer } from "../../routing/index.ts";
import { ERROR_BAD_REQUEST } from "../../rpc/index.ts";
import { fieldsOf } from "../../value/index.ts";
import type { GetQuery } from "../../wire/index.ts";
import type { NodeCore } from "../node-core.ts";
import { chargeForScan } from "./extra-work.ts";
import { nodesAndToken } from "./reply-bodies.ts";

/** Which values do you hold here? All that match, whole or only the selected fields, and the nodes that may hold more. */
export function handleGet(core: NodeCore, query: GetQuery, peer: Peer): void {
  const { key, tid } = query;
  if (key.isZero()) {
    core.rpc.error(peer, tid, ERROR_BAD_REQUEST, "Get_values with no info_hash");
    return;
  }
  const body = nodesAndToken(core, key, query.want, peer);
  const where = query.query?.where;
  const values = core.store.get(key, where);
  chargeForScan(core, peer.address, key, where);
  const select = query.query?.select;
  if (values.length === 0) core.rpc.reply(peer, tid, body);
  else if (select === undefined || select.isEmpty) core.rpc.reply(peer, tid, { ...body, values });
  else {
    const fieldOrder = [...select.fields].sort((a, b) => a - b);
    const fields = values.map((value) => fieldsOf(value, select));
    core.rpc.reply(peer, tid, { ...body, fields, fieldOrder });
  }
}
