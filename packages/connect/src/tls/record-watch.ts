// Source: RFC 8446 §5.1 (records) and §6.1 (closure alerts); RFC 5246 §6.2.1 and §7.2.1.

/** Type and version, then a length of 16 bits. */
const HEAD_BYTES = 5;
const LENGTH_OFFSET = 3;

/** An alert of TLS 1.2, whose type is in plain sight. */
const ALERT_TYPE = 21;
/** All that is encrypted in TLS 1.3 has this type. */
const ENCRYPTED_TYPE = 23;
/** An alert of TLS 1.3: two bytes, their type, and the tag of the cipher. Nothing else that a link says is so short. */
const ENCRYPTED_ALERT_BYTES = 2 + 1 + 16;

/**
 * Follows the records of a TLS stream from outside, to tell an end that the other side has announced (`close_notify`) from
 * one that anybody on the way can bring about: Node.js reports both as the same end.
 */
export class RecordWatch {
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #headLength = 0;
  /** Bytes of the current record that have not come yet. */
  #remaining = 0;
  #isAlert = false;

  /** Whether the last record is complete, and an alert. */
  get endsWithAlert(): boolean {
    return this.#isAlert && this.#remaining === 0 && this.#headLength === 0;
  }

  see(bytes: Uint8Array): void {
    for (let offset = 0; offset < bytes.length; ) {
      const wanted = this.#remaining > 0 ? this.#remaining : HEAD_BYTES - this.#headLength;
      const part = bytes.subarray(offset, offset + wanted);
      offset += part.length;
      if (this.#remaining > 0) this.#remaining -= part.length;
      else this.#readHead(part);
    }
  }

  #readHead(part: Uint8Array): void {
    this.#head.set(part, this.#headLength);
    this.#headLength += part.length;
    if (this.#headLength < HEAD_BYTES) return;
    this.#headLength = 0;
    const type = this.#head[0];
    this.#remaining = this.#head.readUInt16BE(LENGTH_OFFSET);
    this.#isAlert = type === ALERT_TYPE || (type === ENCRYPTED_TYPE && this.#remaining === ENCRYPTED_ALERT_BYTES);
  }
}
