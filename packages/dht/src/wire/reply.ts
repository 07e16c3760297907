import type { SockAddr } from "../address/index.ts";
import { literal, type Writer } from "../msgpack/index.ts";
import type { Field, FieldValues } from "../value/index.ts";
import { type Envelope, writeReplyEnd, writeReplyStart } from "./envelope.ts";
import { writeFieldAnswer } from "./field-answer.ts";
import { type NodeEntry, writeNodes4, writeNodes6 } from "./nodes.ts";
import type { Packet } from "./packet.ts";
import { writeReportedAddress } from "./reported-address.ts";
import { type CarriesValues, writeValues } from "./values.ts";

/** The answer to any query; what it holds depends on the query. */
export interface Reply extends Envelope, CarriesValues {
  readonly kind: "reply";
  /** The value that a put or refresh was acknowledged for. */
  readonly valueId?: bigint | undefined;
  /** Where the replier saw the query come from. Only the host counts: the port isn't sent, and is 0 once decoded. */
  readonly reportedAddress?: SockAddr | undefined;
  readonly nodes4?: readonly NodeEntry[] | undefined;
  readonly nodes6?: readonly NodeEntry[] | undefined;
  /** A node list had an impossible length: the reply as a whole isn't to be believed. */
  readonly hasBrokenNodes?: boolean | undefined;
  readonly token?: Uint8Array | undefined;
  /** Answers to a query with a Select, one per value; `fieldOrder` goes with it. */
  readonly fields?: readonly FieldValues[] | undefined;
  /** The fields of each answer; they are sent in ascending order. */
  readonly fieldOrder?: readonly Field[] | undefined;
}

const VALUE_ID = literal("vid");
const TOKEN = literal("token");

export function replyFrom(packet: Packet): Reply {
  const { body } = packet;
  return {
    ...packet.envelope(),
    kind: "reply",
    valueId: body.valueId,
    reportedAddress: body.reportedAddress,
    nodes4: body.nodes4,
    nodes6: body.nodes6,
    hasBrokenNodes: body.hasBrokenNodes,
    token: body.token,
    values: body.values,
    announced: body.announced,
    fields: body.fields?.values,
    fieldOrder: body.fields?.order,
  };
}

/** `{id, [vid], [sa], [n4], [n6], [token], [values | fileds]}`; lists without entries are left out. */
export function writeReply(writer: Writer, message: Reply): void {
  const { valueId, reportedAddress, nodes4, nodes6, token, fields, fieldOrder } = message;
  const hasNodes4 = nodes4 !== undefined && nodes4.length > 0;
  const hasNodes6 = nodes6 !== undefined && nodes6.length > 0;
  const hasFields = fields !== undefined && fieldOrder !== undefined && fields.length > 0 && fieldOrder.length > 0;
  const hasValues = !hasFields && message.values.length + message.announced.length > 0;
  writeReplyStart(
    writer,
    message,
    (valueId === undefined ? 0 : 1) +
      (reportedAddress === undefined ? 0 : 1) +
      (hasNodes4 ? 1 : 0) +
      (hasNodes6 ? 1 : 0) +
      (token === undefined ? 0 : 1) +
      (hasFields || hasValues ? 1 : 0),
  );
  if (valueId !== undefined) {
    writer.raw(VALUE_ID);
    writer.uint64(valueId);
  }
  if (reportedAddress !== undefined) writeReportedAddress(writer, reportedAddress);
  if (hasNodes4) writeNodes4(writer, nodes4);
  if (hasNodes6) writeNodes6(writer, nodes6);
  if (token !== undefined) {
    writer.raw(TOKEN);
    writer.bin(token);
  }
  if (hasFields) writeFieldAnswer(writer, fieldOrder, fields);
  if (hasValues) writeValues(writer, message);
  writeReplyEnd(writer, message);
}
