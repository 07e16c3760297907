export { decodeBase64, encodeBase64 } from "./base64.ts";
export { EMPTY_BYTES } from "./bytes.ts";
export { ChosenValues } from "./chosen-values.ts";
export { Field, type FieldValues, isField } from "./field.ts";
export { fieldsOf } from "./fields-of.ts";
export { type Filter, Filters } from "./filters.ts";
export { heldBytes } from "./held-bytes.ts";
export { KeptValue } from "./kept-value.ts";
export { packObject, unpackObject } from "./pack-object.ts";
export { hasQueryToSend, MAX_QUERY_BYTES, MAX_RESTRICTIONS, readQuery, writeQuery } from "./pack-query.ts";
export { packedValueSize, writeValue } from "./pack-value.ts";
export { Query } from "./query.ts";
export { type Refusal, refusalOfUpdate } from "./refusal.ts";
export type { Restriction } from "./restriction.ts";
export { Select } from "./select.ts";
export { parseSockAddrBlob, sockAddrBlob } from "./sock-addr-blob.ts";
export {
  CERTIFICATE,
  CertificateValue,
  DHT_MESSAGE,
  DhtMessage,
  ICE_CANDIDATES,
  IceCandidates,
  IM_MESSAGE,
  ImMessage,
  INTERNET_SERVICE,
  IpServiceAnnouncement,
  TRUST_REQUEST,
  TrustRequest,
  USER_DATA,
} from "./types/index.ts";
export { Value, type ValueInit } from "./value.ts";
export type { ValueJson } from "./value-json.ts";
export {
  type EditContext,
  MAX_VALUE_BYTES,
  type PolicyVerdict,
  type StoreContext,
  type TypedValue,
  type ValueType,
} from "./value-type.ts";
export { ValueTypeRegistry } from "./value-type-registry.ts";
export { Where } from "./where.ts";
