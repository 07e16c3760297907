// A node of the real library with an identity, on its public API (package libopendht-dev), for what no packaged program
// does: to sign values under ids of one's choice, and so to edit them.
//
//   signer PORT NETWORK BOOTSTRAP_PORT
//
// Prints the short id of its key; then, for each input line, "done":
//   sign KEY ID TEXT     puts a signed value; "not put" where nobody took it
//   get KEY              before that prints the values found: id, sequence number, short id of the owner, text
// It ends with its input.
#include "member.hpp"
#include <future>
#include <iostream>
#include <sstream>

static void sign(dht::DhtRunner &node, const dht::InfoHash &key, dht::Value::Id id, const std::string &text) {
  auto value = std::make_shared<dht::Value>(dht::Blob(text.begin(), text.end()));
  value->id = id;
  std::promise<bool> done;
  node.putSigned(key, value, [&](bool ok) { done.set_value(ok); });
  std::cout << (done.get_future().get() ? "done" : "not put") << std::endl;
}

static void get(dht::DhtRunner &node, const dht::InfoHash &key) {
  for (const auto &value : node.get(key).get())
    std::cout << value->id << " " << value->seq << " " << (value->owner ? value->owner->getId() : dht::InfoHash())
              << " " << std::string(value->data.begin(), value->data.end()) << std::endl;
  std::cout << "done" << std::endl;
}

int main(int argc, char **argv) {
  if (argc != 4)
    return 1;
  Member member("signer", argv + 1);
  std::cout << member.id() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string action, key, text;
    dht::Value::Id id = 0;
    words >> action >> key >> id >> std::ws;
    std::getline(words, text);
    if (action == "sign")
      sign(member.node, dht::InfoHash::get(key), id, text);
    else
      get(member.node, dht::InfoHash::get(key));
  }
}
