import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.ts";
import { addIdentityOptions } from "../identity/own-identity.ts";
import { addressOrNetwork, collect, collectHosts, uint } from "../options.ts";
import { addLimitOptions } from "../proxy/limit-options.ts";
import { PRIVATE_ENDPOINTS_HELP, TOKEN_VARIABLE } from "../proxy/options.ts";
import type { ProxyOptions } from "../proxy/serve.ts";

const TOKENS_HELP = `
Clients must present a token (Authorization: Bearer …) when there is one, in the file of --token-file, one per line, or in
the variable ${TOKEN_VARIABLE}. What can be asked for: http://localhost:8080/docs`;

export function addProxyCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("proxy")
    .description("open the DHT to curl, phones and browsers: a REST proxy, and a page that shows the node")
    .addOption(new Option("-p, --port <port>", "of HTTP; 0: any free one").default(8080).argParser(uint(16)))
    .option("--host <address>", "listen at this address; default: everywhere")
    .addOption(
      new Option("-b, --bootstrap <host[:port]>", "join through this node; may be given several times").argParser(
        collectHosts,
      ),
    )
    .addOption(new Option("-n, --network <number>", "network id; 0: the public network").default(0).argParser(uint(32)))
    .addOption(new Option("--udp-port <port>", "of the node; 0: any free one").default(0).argParser(uint(16)))
    .option("-s, --state <file>", "keep permanent puts and push subscriptions in this file")
    .option("--tls-certificate <file>", "speak HTTPS with this certificate, PEM (a chain)")
    .option("--tls-key <file>", "and its private key, PEM")
    .option("--client-ca <file>", "let in only clients with a certificate from these authorities, PEM")
    .option("--token-file <file>", "let in only clients with one of these tokens, one per line")
    .addOption(
      new Option(
        "--trust-proxy <address>",
        "a web server that forwards to this one, or a network of such (10.0.0.0/8): clients are told apart by its X-Forwarded-For; may be given several times",
      ).argParser(collect(addressOrNetwork)),
    )
    .option("--push-gateway <[host:]port>", "send push notifications through this gorush")
    .option("--bundle-id <text>", "topic of iOS applications that name none")
    .option("--unifiedpush-private", PRIVATE_ENDPOINTS_HELP)
    .option("--no-dashboard", "don't serve the page")
    .option("-v, --verbose", "log what the node does to standard error")
    .addHelpText("after", TOKENS_HELP)
    .action((options: ProxyOptions) =>
      context.run(async () => {
        const { serveProxy } = await import("../proxy/serve.ts"); // brings a whole web server
        return serveProxy(options, context);
      }),
    );
  addLimitOptions(command);
  addIdentityOptions(command, "sign and encrypt for clients as");
}
