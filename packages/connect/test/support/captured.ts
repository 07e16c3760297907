// Captured between two DHTNet peers; keys and certificates are of these tests alone.
import { readFileSync } from "node:fs";
import { Certificate, type Identity, PrivateKey } from "@hashmere/crypto";

interface CapturedIdentity {
  readonly private_key_pem: string;
  readonly certificate_chain_pem: string;
  readonly device_id: string;
  readonly short_id: string;
  readonly inbox_legacy: string;
  readonly inbox: string;
  readonly certificate_key: string;
  readonly account_id: string;
}

interface CapturedMessage {
  readonly stored_value_hex: string;
  readonly pt: string | null;
  readonly signed_body_hex: string;
  readonly data_hex: string;
  readonly decoded: {
    readonly id: number;
    readonly ice_msg: string;
    readonly isAnswer: boolean;
    readonly connType: string;
  };
}

interface Captured {
  readonly identities: Readonly<Record<"alice" | "bob", CapturedIdentity>>;
  readonly signalling: Readonly<Record<"request" | "answer", readonly CapturedMessage[]>>;
}

export const captured: Captured = JSON.parse(readFileSync(new URL("../vectors/dhtnet.json", import.meta.url), "utf8"));

export function capturedIdentity(name: "alice" | "bob"): Identity {
  const { private_key_pem, certificate_chain_pem } = captured.identities[name];
  return { key: PrivateKey.from(private_key_pem), certificate: Certificate.from(certificate_chain_pem) };
}
