import { describePacked, type Picture } from "../msgpack/index.ts";
import { Field } from "../value/index.ts";
import { encodeMessage } from "./encode.ts";
import type { Message } from "./message.ts";

/**
 * A message as it lies on the wire, for people: keys by their wire names and in wire order, bytes as `{"$bin": hex}`
 * (see `describePacked`), and value ids as decimal texts, since not every program can hold their 64 bits as a number.
 */
export function describeMessage(message: Message): Picture {
  return mapEntries(describePacked(encodeMessage(message)), (key, entry) =>
    key === "a" || key === "r" || key === "u" ? mapEntries(entry, describeBodyEntry) : entry,
  );
}

function describeBodyEntry(key: string, entry: Picture): Picture {
  switch (key) {
    case "vid":
      return decimal(entry);
    case "re":
    case "exp":
      return mapElements(entry, decimal);
    case "values":
      return mapElements(entry, (value) => mapEntries(value, (name, part) => (name === "id" ? decimal(part) : part)));
    case "q":
      return mapEntries(entry, (name, part) => (name === "w" ? mapElements(part, describeRestriction) : part));
    case "fileds":
      return describeAnswers(entry);
    default:
      return entry;
  }
}

/** `{f, v}`, where `v` is an id if `f` says so. */
function describeRestriction(restriction: Picture): Picture {
  const isId = isObject(restriction) && restriction.f === Field.Id;
  return mapEntries(restriction, (name, part) => (isId && name === "v" ? decimal(part) : part));
}

/** `{f: [field…], v: [entry…]}`, where the entries of one column are ids if `f` says so. */
function describeAnswers(answers: Picture): Picture {
  const fields = isObject(answers) && isList(answers.f) ? answers.f : [];
  return mapEntries(answers, (name, part) =>
    name === "v"
      ? mapElements(part, (entry, index) => (fields[index % fields.length] === Field.Id ? decimal(entry) : entry))
      : part,
  );
}

function decimal(integer: Picture): Picture {
  return isObject(integer) ? (integer.$int ?? integer) : String(integer);
}

function mapEntries(picture: Picture, map: (key: string, entry: Picture) => Picture): Picture {
  if (!isObject(picture)) return picture;
  return Object.fromEntries(Object.entries(picture).map(([key, entry]) => [key, map(key, entry)]));
}

function mapElements(picture: Picture, map: (element: Picture, index: number) => Picture): Picture {
  return isList(picture) ? picture.map(map) : picture;
}

function isObject(picture: Picture): picture is { readonly [key: string]: Picture } {
  return typeof picture === "object" && picture !== null && !isList(picture);
}

function isList(picture: Picture | undefined): picture is readonly Picture[] {
  return Array.isArray(picture);
}
