import type { CommandGroup } from "../shell-command.ts";
import { get, query } from "./get.ts";
import { indexInsert, indexLookup } from "./index-tree.ts";
import { blacklist, nodeInformation, publicAddresses, routingTables, searches, storage } from "./inspect.ts";
import { cancelListen, listen } from "./listen.ts";
import { bootstrap, connectivityChanged } from "./network.ts";
import { startProxy, startSecureProxy, stopProxy } from "./proxy.ts";
import { receivePush, useNode, useProxy } from "./proxy-client.ts";
import { announce, cancelPut, put, putPermanent } from "./put.ts";
import { putEncrypted, putSigned } from "./put-secure.ts";
import { help, leave, log } from "./session.ts";

/** Everything that can be typed at the prompt, in the order of the help. */
export const COMMANDS: readonly CommandGroup[] = [
  { title: "Possible commands:", commands: [help, leave, log] },
  {
    title: "Node information:",
    commands: [nodeInformation, searches, storage, routingTables, blacklist, publicAddresses],
  },
  {
    title: "Operations on the DHT:",
    commands: [
      bootstrap,
      get,
      query,
      listen,
      cancelListen,
      put,
      putPermanent,
      cancelPut,
      announce,
      putSigned,
      putEncrypted,
      connectivityChanged,
    ],
  },
  {
    title: "Operations with the proxy:",
    commands: [startProxy, startSecureProxy, stopProxy, useProxy, useNode, receivePush],
  },
  { title: "Indexation operations on the DHT:", commands: [indexLookup, indexInsert] },
];
