import type { ValueType } from "../value-type.ts";
import { CERTIFICATE } from "./certificate.ts";
import { DHT_MESSAGE } from "./dht-message.ts";
import { ICE_CANDIDATES } from "./ice-candidates.ts";
import { IM_MESSAGE } from "./im-message.ts";
import { INTERNET_SERVICE } from "./internet-service.ts";
import { TRUST_REQUEST } from "./trust-request.ts";
import { USER_DATA } from "./user-data.ts";

/** The types that every node knows, and whether the rules for signed values go for them. */
export const STANDARD_TYPES: readonly { readonly type: ValueType; readonly isSecure: boolean }[] = [
  { type: USER_DATA, isSecure: true },
  { type: DHT_MESSAGE, isSecure: true },
  { type: INTERNET_SERVICE, isSecure: false },
  { type: IM_MESSAGE, isSecure: true },
  { type: TRUST_REQUEST, isSecure: true },
  { type: ICE_CANDIDATES, isSecure: true },
  { type: CERTIFICATE, isSecure: false },
];
