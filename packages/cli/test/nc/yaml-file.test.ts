import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { serverConfig } from "../../src/crtmgr/tool-config.ts";
import { type DncFile, readDncFile } from "../../src/nc/yaml-file.ts";

async function read(content: string): Promise<DncFile> {
  const folder = await mkdtemp(join(tmpdir(), "hashmere-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "dnc.yaml"), content);
  return readDncFile(join(folder, "dnc.yaml"));
}

test("the file that dhtnet-crtmgr writes for a server", async () => {
  expect(await read(serverConfig("id.crt", "id.pem"))).toEqual({
    bootstrap: "bootstrap.sfl.io",
    turn_host: "turn.sfl.io",
    turn_user: "sfl",
    turn_pass: "sfl",
    turn_realm: "sfl",
    verbose: false,
    enable_upnp: true,
    certificate: "id.crt",
    privateKey: "id.pem",
    anonymous: true,
    authorized_services: [{ host: "127.0.0.1", port: 22 }],
  });
});

test("unknown keys are passed over, empty ones are not given", async () => {
  expect(await read("future: [1, 2]\nip:\nport: 80\n")).toEqual({ port: 80 });
  expect(await read("")).toEqual({});
});

test.each([
  ["a value of the wrong kind", "port: eighty", /port must be a number/],
  ["no map", "- 1", /no map/],
  ["no YAML", "a: [", /can't be understood/],
  ["a service without port", "authorized_services: [{ip: 127.0.0.1}]", /port of 1 to 65535/],
  ["a service with a wrong port", "authorized_services: [{ip: 127.0.0.1, port: 70000}]", /port of 1 to 65535/],
  ["services that are no list", "authorized_services: 22", /must be a list/],
])("%s is told", async (_, content, message) => {
  await expect(read(content)).rejects.toMatchObject({
    code: "ERR_CONFIGURATION",
    status: 2,
    message: expect.stringMatching(message),
  });
});

test("a file that isn't there is told", async () => {
  await expect(readDncFile("/nowhere/dnc.yaml")).rejects.toMatchObject({ code: "ERR_CONFIGURATION" });
});
