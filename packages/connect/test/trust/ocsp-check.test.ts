import { Certificate, OcspRequest } from "@hashmere/crypto";
import { silentLogger } from "@hashmere/dht";
import { beforeEach, describe, expect, test } from "vitest";
import { CertificateStore, OCSP_TIMEOUT_MS, OcspCheck } from "../../src/trust/index.ts";
import { OcspAuthority } from "../support/ocsp-authority.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { settle, VirtualTime } from "../support/virtual-time.ts";
import { people } from "../support/virtual-world.ts";

const REVOKED = { code: "ERR_BAD_CERTIFICATE", message: expect.stringContaining("taken back") };

let time: VirtualTime;
let authority: OcspAuthority;
let store: CertificateStore;
let device: Certificate;

beforeEach(async () => {
  time = new VirtualTime();
  authority = await OcspAuthority.open();
  store = await CertificateStore.open(await temporaryFolder());
  device = (await authority.device("device")).certificate;
});

function check(certificate: Certificate, { includeLoopback = true, signal = new AbortController().signal } = {}) {
  return new OcspCheck({ store, scheduler: time, log: silentLogger, includeLoopback }).check(certificate, signal);
}

describe("a responder that the certificate names", () => {
  test("is asked as DHTNet asks, and its good word is kept: nobody is asked again while it holds", async () => {
    await check(device);
    const [{ headers, body } = { headers: {}, body: new Uint8Array() }] = authority.asked;
    expect(headers).toMatchObject({ "content-type": "application/ocsp-request", "user-agent": "Jami" });
    expect(OcspRequest.from(body).serialNumber).toEqual(device.serialNumber);
    expect(await store.ocspStatus(device)).toBe("good");
    await check(device);
    expect(authority.asked).toHaveLength(1);
  });

  test("takes a certificate back, and that stays", async () => {
    authority.verdict = "revoked";
    await expect(check(device)).rejects.toMatchObject(REVOKED);
    authority.verdict = "good";
    await expect(check(device)).rejects.toMatchObject(REVOKED);
    expect(authority.asked).toHaveLength(1);
  });

  test("that knows nothing is asked again the next time", async () => {
    authority.verdict = "unknown";
    await check(device);
    expect(await store.ocspStatus(device)).toBeUndefined();
    authority.verdict = "revoked";
    await expect(check(device)).rejects.toMatchObject(REVOKED);
  });

  test("is not believed when it may have said that to another question", async () => {
    authority.verdict = "revoked";
    authority.repeatsNonce = false;
    await check(device);
    expect(await store.ocspStatus(device)).toBeUndefined();
  });

  test.each<[string, NonNullable<OcspAuthority["instead"]>]>([
    ["says no", (_, response) => response.writeHead(500).end()],
    ["sends us elsewhere", (_, response) => response.writeHead(302, { location: authority.url }).end()],
    ["speaks nonsense", (_, response) => response.end("nonsense")],
    ["does not stop speaking", (_, response) => response.end(Buffer.alloc(1 << 20))],
    ["hangs up", (request) => request.socket.destroy()],
  ])("is passed over when it %s", async (_, instead) => {
    authority.instead = instead;
    await check(device);
    expect([authority.asked.length, await store.ocspStatus(device)]).toEqual([1, undefined]);
  });

  test("is passed over when it keeps silent for two seconds", async () => {
    authority.instead = () => {};
    const checked = check(device);
    while (authority.asked.length === 0) await settle();
    await time.run(OCSP_TIMEOUT_MS - 1);
    let isOver = false;
    void checked.then(() => {
      isOver = true;
    });
    await settle();
    expect(isOver).toBe(false);
    await time.run(1);
    await checked;
  });

  test("is not waited for when nobody wants to know any more", async () => {
    authority.instead = () => {};
    const controller = new AbortController();
    const checked = check(device, { signal: controller.signal });
    controller.abort(new Error("closed"));
    await expect(checked).rejects.toThrow("closed");
  });
});

describe("nobody is asked", () => {
  test("about a certificate that names no responder, as DHTNet makes them", async () => {
    expect(people.bob.certificate.extensions.ocspUrls).toEqual([]);
    await check(people.bob.certificate);
  });

  test("in networks that are not public: who makes a certificate chooses the address", async () => {
    await check(device, { includeLoopback: false });
    const elsewhere = [
      "http://169.254.169.254/",
      "http://10.0.0.1/",
      "http://[::ffff:127.0.0.1]/",
      "file:///etc/passwd",
      "?",
    ];
    for (const url of elsewhere) {
      await check((await authority.device("device", url)).certificate, { includeLoopback: false });
    }
    expect(authority.asked).toEqual([]);
  });

  test("about a certificate without its issuer, as nobody's answer could be checked", async () => {
    await check(Certificate.from(device.der));
    expect(authority.asked).toEqual([]);
  });
});
