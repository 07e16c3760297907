import { readFileSync } from "node:fs";

interface Vectors {
  readonly session1: {
    readonly frames: readonly { readonly kind?: string; readonly rfc4571_frame?: string; readonly decoded?: Picture }[];
    readonly ice: { readonly caller_ice_msg: string; readonly callee_ice_msg: string };
  };
  readonly signalling: Readonly<
    Record<"request" | "answer", readonly { readonly decoded: { readonly ice_msg: string } }[]>
  >;
  readonly turn_session: { readonly tcp_streams: readonly { readonly messages: readonly Captured[] }[] };
}

interface Picture {
  readonly type: string;
  readonly tsx: string;
  /** Name or number, length, value in hexadecimal. */
  readonly attrs: readonly (readonly [string, number, string])[];
}

interface Captured {
  readonly hex: string;
  readonly decoded?: Picture;
}

/** A session between two real peers, and one of a real peer with a real TURN server. */
export const CAPTURED: Vectors = JSON.parse(readFileSync(new URL("../vectors/dhtnet.json", import.meta.url), "utf8"));

/** The STUN messages of the session, without their frames, each with the picture that was made of it at capture. */
export const ICE_MESSAGES: readonly { readonly bytes: Uint8Array; readonly picture: Picture }[] =
  CAPTURED.session1.frames.flatMap(({ kind, rfc4571_frame: frame, decoded: picture }) =>
    kind === "stun" && frame && picture ? [{ bytes: fromHex(frame).subarray(2), picture }] : [],
  );

/** The STUN messages between peer and TURN server. */
export const TURN_MESSAGES: readonly Uint8Array[] = CAPTURED.turn_session.tcp_streams.flatMap(({ messages }) =>
  messages.filter(({ decoded }) => decoded).map(({ hex }) => fromHex(hex)),
);

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}
