import { expect, test } from "vitest";
import { KnownDevices } from "../../src/nc/known-devices.ts";

const LONG = "ea8ac1b06e3a46dd851fd7adcb3fb9f3ecc02d86711e70a8586c580e87dd83ad";
const SHORT = "05ba300c7596622dae9a1ef6223a3d8eeded4fed";

test("devices go by the names in the file, and by their ids", () => {
  const known = KnownDevices.parse(`# mine\nhome ${LONG}\n\n  phone\t${SHORT}  # the old one\n`);
  expect(known.idOf("home")).toBe(LONG);
  expect(known.idOf("phone")).toBe(SHORT);
  expect(known.idOf(LONG)).toBe(LONG);
  expect(known.idOf("office")).toBeUndefined();
});

test("lines that name no device are passed over", () => {
  const known = KnownDevices.parse(`home\nhome abc\noffice ${LONG}0\n`);
  expect([known.idOf("home"), known.idOf("office")]).toEqual([undefined, undefined]);
});

test("who has no file knows nobody", async () => {
  expect((await KnownDevices.open("/nowhere/devices")).idOf("home")).toBeUndefined();
});
