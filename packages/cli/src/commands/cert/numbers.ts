import { DEFAULT_RSA_BITS } from "@hashmere/crypto";
import { InvalidArgumentError, Option } from "commander";

/** A hundred years: dates of certificates have four digits for the year. */
const MAX_DAYS = 36_500;

export function bitsOption(): Option {
  return new Option("--bits <number>", "length of the RSA key")
    .default(DEFAULT_RSA_BITS)
    .argParser(within(2048, 16_384));
}

export function daysOption(): Option {
  return new Option("--days <number>", "valid for so long (default: ten years)").argParser(within(1, MAX_DAYS));
}

function within(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
    if (number < min || number > max) throw new InvalidArgumentError(`It must be a number of ${min} to ${max}.`);
    return number;
  };
}
