import type { Frame } from "./frame.ts";
import type { Deed } from "./protocol.ts";
import type { Settings } from "./settings.ts";

/** What somebody has just done, and how everything was then. */
export interface Scene {
  /** `turn`: a slider was moved. */
  readonly deed: Deed | "start" | "turn";
  readonly before: Frame | undefined;
}

/** What makes life hard for the network, and how well it does. */
export interface Conditions extends Pick<Settings, "loss" | "churn"> {
  /** Which share of the latest lookups found something. */
  readonly success: number | undefined;
}

/** A value is put on the eight nodes nearest to its key. */
const REPLICAS = 8;
/** Until a deed shows in the figures, virtual ms. */
const NOTICED_MS = 5000;
/** From that share of lookups on one speaks of success; one of forty may always take too long. */
const HARDLY_HARMED = 0.97;

/** A few sentences on what is to be seen, for somebody who sees it for the first time. */
export function tellStory(scene: Scene, frame: Frame, conditions: Conditions): string {
  if (frame.values.length === 0) return tellDeed(scene, frame);
  return [tellLoss(scene, frame) ?? tellDeed(scene, frame), ...tellConditions(conditions)].join(" ");
}

function tellDeed({ deed, before }: Scene, frame: Frame): string {
  switch (deed) {
    case "start":
    case "turn":
      return frame.values.length === 0
        ? "Nodes join, one after the other, none of them in charge. Each learns of a few others, best of those whose ids are close to its own."
        : `None of these nodes is in charge. Together they keep ${count(frame.values.length, "value")}: each on the nodes whose ids are nearest to its key, drawn in orange.`;
    case "put":
      return "Each value went to the nodes whose ids are nearest to its key. Its writer renews it before its ten minutes are over.";
    case "stopWriters":
      return alive(frame) === 0
        ? "Ten minutes are over and nobody has renewed the values: they are gone. A DHT keeps what somebody cares for."
        : "Nobody renews the values any more. Copies live on for up to ten minutes, then they expire.";
    case "kill":
      return tellDeath(before, frame);
    case "revive":
      return "The dead are back, with their old ids and empty hands. As soon as others hear of them, values come to them again.";
    case "split":
      return "The halves cannot hear each other. Each goes on as a network of its own, and finds what it holds itself.";
    case "heal":
      return "The halves hear each other again. Nodes that still remember somebody on the other side bring the two together.";
    case "lookUp":
      return frame.isLookingUp
        ? "Time goes slowly: a node asks those it knows, and each answer names others that are nearer to the key."
        : "The lookup is over. Every answer brought it closer, so that even in a large network a few questions are enough.";
  }
}

/** Values that will not come back, if there are any: nobody has a copy, and nobody is left to make one. */
function tellLoss({ deed }: Scene, { values, isLookingUp }: Frame): string | undefined {
  if (deed === "stopWriters" || isLookingUp) return undefined;
  const lost = values.filter(({ copies, isRenewed }) => copies === 0 && !isRenewed).length;
  if (lost === 0) return undefined;
  const amount =
    lost === values.length
      ? "All values are"
      : `${lost} of ${count(values.length, "value")} ${lost === 1 ? "is" : "are"}`;
  return `${amount} gone: nobody has a copy, and nobody is left to renew ${lost === 1 ? "it" : "them"}.`;
}

/** What the sliders do to the network, if anything. */
function* tellConditions({ loss, churn, success }: Conditions): Generator<string> {
  if (loss > 0)
    yield `Of a hundred datagrams ${percent(loss)} get lost, so questions are asked again, and lookups take longer.`;
  if (churn > 0)
    yield `Every minute ${percent(churn)} % of the nodes leave and others come back, and values move on to those that are there.`;
  if ((loss > 0 || churn > 0) && success !== undefined) {
    yield success > HARDLY_HARMED
      ? "Lookups succeed all the same."
      : `That is much: ${percent(success)} % of the lookups succeed.`;
  }
}

function tellDeath(before: Frame | undefined, frame: Frame): string {
  const lost = alive(before ?? frame) - alive(frame);
  if (lost > 0) return `${count(lost, "value")} had every copy on nodes that died, until the writers come by again.`;
  const isFresh = before !== undefined && frame.now - before.now < NOTICED_MS;
  if (isFresh || !isWhole(before, frame))
    return "A third of the nodes vanished without a word, and their copies with them. The others answer all the same; the writers will make new copies when they renew.";
  return "Healed: the writers renewed their values, on the nodes that are nearest to the keys now.";
}

/** Values are on as many nodes as they should be, or as they were before. */
function isWhole(before: Frame | undefined, frame: Frame): boolean {
  const wanted = Math.min(REPLICAS, before === undefined ? REPLICAS : meanCopies(before) - 0.5);
  return meanCopies(frame) >= wanted;
}

function alive({ values }: Frame): number {
  return values.filter(({ copies }) => copies > 0).length;
}

function meanCopies({ values }: Frame): number {
  return values.reduce((sum, { copies }) => sum + copies, 0) / Math.max(1, values.length);
}

function percent(share: number): number {
  return Math.round(share * 100);
}

function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? "" : "s"}`;
}
