import type { Logger, RandomSource, Scheduler } from "@hashmere/dht";
import type { ConnectError } from "../errors/index.ts";
import { StunMessage } from "../stun/index.ts";
import { encodeBindingSuccess, encodeRoleConflict, judgeBindingRequest } from "./binding.ts";
import { BindingRequests } from "./binding-requests.ts";
import type { Candidate } from "./candidate.ts";
import type { CandidatePair, IceRole } from "./candidate-pair.ts";
import { ConnectivityChecks } from "./connectivity-checks.ts";
import type { IceCredentials, IceDescription } from "./description.ts";
import { EarlyChecks } from "./early-checks.ts";
import { type IceFlow, type IceSockets, isSameFlow } from "./flow.ts";
import type { OfferedCandidate } from "./local-candidates.ts";
import { noPathError } from "./no-path.ts";
import { RoleAgreement } from "./role-agreement.ts";
import { SelectedPair } from "./selected-pair.ts";

export interface IceAgentOptions {
  readonly role: IceRole;
  readonly credentials: IceCredentials;
  readonly sockets: IceSockets;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly log: Logger;
  /** @default 9000 */
  readonly timeoutMs?: number | undefined;
  /** Called once, and never after `onFailed`: `pair` is the one to use, on `flow`. */
  onSelected(pair: CandidatePair, flow: IceFlow): void;
  onFailed(error: ConnectError): void;
}

/** What an agent is at; each phase knows what only it needs. */
type Phase =
  /** The other side's description hasn't come; its checks may have. */
  | { readonly name: "waiting"; readonly early: EarlyChecks }
  | { readonly name: "checking"; readonly checks: ConnectivityChecks }
  | { readonly name: "selected"; readonly selected: SelectedPair }
  | { readonly name: "closed" };

/**
 * Finds out which of our candidates reach which of theirs, and agrees with the other side on a pair (RFC 8445, over TCP
 * as in RFC 6544; regular nomination). Opens and reads no sockets itself: flows and what comes on them are handed in.
 */
export class IceAgent {
  readonly #options: IceAgentOptions;
  readonly #role: RoleAgreement;
  #phase: Phase = { name: "waiting", early: new EarlyChecks() };

  constructor(options: IceAgentOptions) {
    this.#options = options;
    this.#role = new RoleAgreement(options.role, options.random);
  }

  /** What it was told, or has become to repair a conflict. */
  get role(): IceRole {
    return this.#role.role;
  }

  /** Begins the checks. Before, requests of the other side are answered and remembered. */
  start(locals: readonly OfferedCandidate[], remote: IceDescription): void {
    if (this.#phase.name !== "waiting") return;
    const { early } = this.#phase;
    const { credentials, sockets, scheduler, random, log, timeoutMs } = this.#options;
    const requests = new BindingRequests({ credentials, role: this.#role, random }, remote);
    const checks = new ConnectivityChecks(
      {
        role: this.#role,
        requests,
        sockets,
        scheduler,
        log,
        timeoutMs,
        selected: (pair, flow) => this.#select(pair, flow, requests),
        failed: (reason) => this.#fail(reason, checks),
      },
      locals,
      remote,
    );
    this.#phase = { name: "checking", checks };
    checks.begin(early.take());
  }

  /** A candidate that turned up after the description was sent: the other side learns of it by our checks. */
  addLocal(candidate: OfferedCandidate): void {
    if (this.#phase.name === "checking") this.#phase.checks.addLocal(candidate);
  }

  /** Candidates of the other side that turned up after its description was sent; those that are known count once. */
  addRemote(candidates: readonly Candidate[]): void {
    if (this.#phase.name === "checking") this.#phase.checks.addRemote(candidates);
  }

  /** A STUN message came. What is not on the selected flow counts no more. */
  receive(flow: IceFlow, bytes: Uint8Array): void {
    const phase = this.#phase;
    if (phase.name === "closed" || (phase.name === "selected" && !isSameFlow(phase.selected.flow, flow))) return;
    const message = StunMessage.parse(bytes);
    if (message?.class === "request") this.#onRequest(flow, message);
    else if (message?.class === "success" || message?.class === "error") this.#onResponse(flow, message);
  }

  /**
   * Asks the other side for a sign of life on the selected pair. On a TCP connection its answer tells that all has arrived
   * that was sent before; then questions asked earlier count as answered too, and are not called back.
   */
  ask(answered: () => void): void {
    if (this.#phase.name === "selected") this.#phase.selected.ask(answered);
  }

  /** A TCP connection ended. */
  flowClosed(flow: IceFlow): void {
    if (this.#phase.name === "waiting") this.#phase.early.forget(flow);
    else if (this.#phase.name === "checking") this.#phase.checks.flowClosed(flow);
  }

  close(): void {
    if (this.#phase.name === "checking") this.#phase.checks.stop();
    else if (this.#phase.name === "selected") this.#phase.selected.close();
    this.#phase = { name: "closed" };
  }

  #onRequest(flow: IceFlow, request: StunMessage): void {
    const { credentials } = this.#options;
    const judged = judgeBindingRequest(request, credentials);
    if (judged.kind === "refused") flow.send(judged.response);
    if (judged.kind !== "check") return;
    const phase = this.#phase;
    if (judged.role === this.role && phase.name !== "selected") {
      if (this.#role.loserTo(judged) === "they") return flow.send(encodeRoleConflict(request, credentials));
      if (phase.name === "checking") phase.checks.changeRole();
      else this.#role.change();
    }
    if (judged.isBare && phase.name === "checking" && phase.checks.checkedBare(flow)) return;
    flow.send(encodeBindingSuccess(request, flow.remote, credentials));
    if (phase.name === "checking") phase.checks.checked(flow, judged);
    else if (phase.name === "waiting") phase.early.remember(flow, judged);
  }

  #onResponse(flow: IceFlow, response: StunMessage): void {
    if (this.#phase.name === "selected") this.#phase.selected.answered(response.transactionKey);
    else if (this.#phase.name === "checking") this.#phase.checks.answered(flow, response);
  }

  #select(pair: CandidatePair, flow: IceFlow, requests: BindingRequests): void {
    this.#phase = { name: "selected", selected: new SelectedPair(pair, flow, requests, this.#options) };
    this.#options.onSelected(pair, flow);
  }

  #fail(reason: string, { locals, remote }: ConnectivityChecks): void {
    this.#phase = { name: "closed" };
    this.#options.onFailed(noPathError(reason, locals, remote.candidates));
  }
}
