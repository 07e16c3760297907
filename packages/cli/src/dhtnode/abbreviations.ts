/**
 * Spells abbreviated long options out, as GNU programs understand them: `--boot=host` is `--bootstrap=host` where no
 * other option begins so. What fits none, or several, is left as it is, for the parser to refuse.
 *
 * @param options long names, with their dashes
 */
export function spellOut(args: readonly string[], options: readonly string[]): string[] {
  const end = args.indexOf("--");
  return args.map((arg, index) => (end >= 0 && index > end ? arg : spellOutOne(arg, options)));
}

function spellOutOne(arg: string, options: readonly string[]): string {
  if (!arg.startsWith("--") || arg === "--") return arg;
  const equals = arg.indexOf("=");
  const name = equals < 0 ? arg : arg.slice(0, equals);
  if (options.includes(name)) return arg;
  const candidates = options.filter((option) => option.startsWith(name));
  return candidates.length === 1 ? `${candidates[0]}${arg.slice(name.length)}` : arg;
}
