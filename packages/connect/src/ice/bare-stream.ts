import type { Candidate } from "./candidate.ts";
import type { CandidatePair } from "./candidate-pair.ts";
import type { IceDescription } from "./description.ts";

/**
 * By these words after its first TCP candidate a side says that it can do without frames: TLS then has the socket to
 * itself, which is twice as fast. DHTNet reads over them.
 */
const NAME = "x-tls";
const VALUE = "bare";

/** A TCP connection without a relay, to a peer that knows how. */
export function canBeBare({ flow, isRelayed }: CandidatePair, remote: IceDescription): boolean {
  return flow?.canBeBare === true && !isRelayed && offersBareStream(remote);
}

function offersBareStream({ candidates }: IceDescription): boolean {
  return candidates.some(({ transport, extensions }) => transport === "tcp" && extensions.get(NAME) === VALUE);
}

/** The same candidates, the first of them marked when it is for TCP. */
export function offeringBareStream<T extends Candidate>([first, ...others]: readonly T[]): readonly T[] {
  if (first === undefined) return others;
  if (first.transport !== "tcp") return [first, ...others];
  return [{ ...first, extensions: new Map([...first.extensions, [NAME, VALUE]]) }, ...others];
}
