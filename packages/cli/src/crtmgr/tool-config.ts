/** The settings that `dnc`, `dsh` and `dvpn` are started with, as YAML. */
export function clientConfig(certificate: string, privateKey: string): string {
  return yaml([...networkSettings(), ...identitySettings(certificate, privateKey), ["ip", "127.0.0.1"], ["port", 22]]);
}

/** Those of a server: it offers its own SSH port to everybody who knows its id. */
export function serverConfig(certificate: string, privateKey: string): string {
  const services = 'authorized_services:\n  - ip: "127.0.0.1"\n    port: 22\n';
  const settings = [...networkSettings(), ...identitySettings(certificate, privateKey), ["anonymous", true] as const];
  return yaml(settings) + services;
}

type Setting = readonly [name: string, value: string | number | boolean];

/** The public servers of DHTNet's authors, which its tools use unless they are told otherwise. */
function networkSettings(): Setting[] {
  return [
    ["bootstrap", "bootstrap.sfl.io"],
    ["turn_host", "turn.sfl.io"],
    ["turn_user", "sfl"],
    ["turn_pass", "sfl"],
    ["turn_realm", "sfl"],
    ["verbose", false],
    ["enable_upnp", true],
  ];
}

function identitySettings(certificate: string, privateKey: string): Setting[] {
  return [
    ["certificate", certificate],
    ["privateKey", privateKey],
  ];
}

/** A text in JSON is one in YAML too. */
function yaml(settings: readonly Setting[]): string {
  return settings.map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`).join("");
}

/** Lines for `~/.ssh/config`: `ssh user@dnc/<id>` goes through `dnc`. */
export function sshStanza(configFile: string): string {
  return `\nHost dnc/*\n    ProxyCommand dnc -d ${configFile} $(basename %h)\n`;
}
