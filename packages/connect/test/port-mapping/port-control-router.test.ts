import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodeAnswer,
  encodeNatPmpAddress,
  encodeNatPmpMap,
  encodePcpMap,
} from "../../src/port-mapping/port-control-message.ts";
import { PortControlRouter } from "../../src/port-mapping/port-control-router.ts";
import { natPmpAnswer, pcpGrant, ScriptedRouter } from "./scripted-router.ts";

const REQUEST = { transport: "tcp", internalPort: 40_001, externalPort: 40_001, lifetimeS: 7200 } as const;
const never = new AbortController().signal;
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));

test("answers of miniupnpd are read", () => {
  const nonce = new Uint8Array(12).fill(7);
  const pcp = bytes(
    "0281000000001c2000003414000000000000000000000000070707070707070707070707060000009c419c4100000000000000000000ffff0b0b0b65",
  );
  expect(decodeAnswer(pcp, encodePcpMap(REQUEST, "192.168.1.11", nonce))).toEqual({
    kind: "mapping",
    externalPort: 40_001,
    lifetimeS: 7200,
    address: "11.11.11.101",
  });
  expect(decodeAnswer(bytes("00800000000034100b0b0b65"), encodeNatPmpAddress())).toEqual({
    kind: "address",
    address: "11.11.11.101",
  });
  const request = encodeNatPmpMap({ ...REQUEST, internalPort: 40_002, externalPort: 40_002 });
  expect(decodeAnswer(bytes("00820000000034159c429c4200001c20"), request)).toEqual({
    kind: "mapping",
    externalPort: 40_002,
    lifetimeS: 7200,
  });
});

test("the answer to somebody else's request is no answer to ours", () => {
  const ours = encodePcpMap(REQUEST, "192.168.1.11", new Uint8Array(12).fill(1));
  const theirs = encodePcpMap(REQUEST, "192.168.1.11", new Uint8Array(12).fill(2));
  expect(decodeAnswer(pcpGrant(theirs), ours)).toBeUndefined();
  const otherPort = encodeNatPmpMap({ ...REQUEST, internalPort: 1 });
  expect(decodeAnswer(natPmpAnswer(otherPort), encodeNatPmpMap(REQUEST))).toBeUndefined();
});

test("no bytes from the network throw", () => {
  const requests = [
    encodePcpMap(REQUEST, "10.0.0.1", new Uint8Array(12)),
    encodeNatPmpAddress(),
    encodeNatPmpMap(REQUEST),
  ];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.constantFrom(...requests), (answer, request) => {
      decodeAnswer(answer, request);
    }),
  );
});

test("a router that speaks PCP is asked in PCP, again when an answer was lost", async () => {
  await using server = await ScriptedRouter.listen();
  server.answer = (request, count) => (count === 1 ? undefined : pcpGrant(request));
  const router = await PortControlRouter.open("127.0.0.1", never, server.port);
  expect(router.protocol).toBe("pcp");
  expect(await router.externalAddress(never)).toBe("11.11.11.101");
  expect(await router.map(REQUEST, never)).toEqual({
    external: { address: "11.11.11.101", port: 40_001, family: 4 },
    lifetimeS: 7200,
  });
  await router.unmap(REQUEST, never);
  router.close();
});

test("a router that only knows NAT-PMP is asked in NAT-PMP", async () => {
  await using server = await ScriptedRouter.listen();
  server.answer = natPmpAnswer;
  const router = await PortControlRouter.open("127.0.0.1", never, server.port);
  expect(router.protocol).toBe("nat-pmp");
  expect(await router.map(REQUEST, never)).toEqual({
    external: { address: "11.11.11.101", port: 40_001, family: 4 },
    lifetimeS: 7200,
  });
  await router.unmap(REQUEST, never);
  expect(Buffer.from(server.requests.at(-1) ?? []).toString("hex")).toBe("000200009c41000000000000");
  router.close();
});

test("a refusal says why, and a silent router is given up", async () => {
  await using server = await ScriptedRouter.listen();
  server.answer = (request) => pcpGrant(request).fill(8, 3, 4);
  const router = await PortControlRouter.open("127.0.0.1", never, server.port);
  await expect(router.map(REQUEST, never)).rejects.toThrow("the router refused: no resources");
  router.close();
  server.answer = () => undefined;
  await expect(PortControlRouter.open("127.0.0.1", never, server.port)).rejects.toThrow("neither PCP nor NAT-PMP");
});
