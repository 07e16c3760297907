import { DhtProtocolError } from "../errors/index.ts";
import type { ErrorReply } from "../wire/index.ts";
import type { Request } from "./request.ts";

/** Characters of a stranger's error text that are passed on to people. */
const MAX_QUOTED_LENGTH = 100;

/** That a peer refused a request of ours, as an error for those who want to know. */
export function refusedBy({ kind, to }: Request, { code, text }: ErrorReply): DhtProtocolError {
  return new DhtProtocolError(to, `refused a ${kind} with error ${code}${quote(text)}`, code);
}

/** A stranger's words, for a message: not too many, and none that a terminal would obey. */
function quote(text: string): string {
  const words = text.slice(0, MAX_QUOTED_LENGTH).replace(/\p{C}/gu, "?");
  return words === "" ? "" : `: "${words}"`;
}
