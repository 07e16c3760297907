// How the programs here become members of a network on loopback, each with a key of its own.
#pragma once

#include <opendht.h>
#include <string>

/** A node of the real library with an identity. */
struct Member {
  static constexpr unsigned KEY_BITS = 2048;
  const dht::crypto::Identity identity;
  dht::DhtRunner node;

  /** @param arguments PORT NETWORK BOOTSTRAP_PORT, as on the command line */
  Member(const std::string &name, char **arguments) : identity(dht::crypto::generateIdentity(name, {}, KEY_BITS)) {
    dht::DhtRunner::Config config{};
    config.dht_config.node_config.network = std::stoul(arguments[1]);
    config.dht_config.id = identity;
    config.threaded = true;
    node.run(std::stoul(arguments[0]), config);
    node.bootstrap("127.0.0.1", arguments[2]);
  }

  ~Member() { node.join(); }

  /** The short id of its key. */
  dht::InfoHash id() const { return identity.first->getPublicKey().getId(); }
};
