// A member of a chat room made of the real library's public API (package libopendht-dev): what dhtchat does, for a program
// that Debian does not package.
//
//   chat PORT NETWORK BOOTSTRAP_PORT ROOM
//
// Prints the short id of its key, then a line for each message of others: "open" or "secret", its sender and its text. An
// input line is said to the room, signed; "e ID TEXT" to one member alone, encrypted. It ends with its input.
#include "member.hpp"
#include <ctime>
#include <iostream>
#include <mutex>
#include <random>
#include <sstream>

static std::mutex outputMutex;

static void print(const std::string &line) {
  std::lock_guard<std::mutex> lock(outputMutex);
  std::cout << line << std::endl;
}

static dht::ImMessage message(std::string text) {
  static std::mt19937_64 random{std::random_device{}()};
  return {random(), std::move(text), std::time(nullptr)};
}

int main(int argc, char **argv) {
  if (argc != 5)
    return 1;
  Member member("chat", argv + 1);
  const auto room = dht::InfoHash::get(argv[4]);
  const auto own = member.id();
  member.node.listen<dht::ImMessage>(room, [own](dht::ImMessage &&said) {
    if (said.from != own)
      print((said.to ? "secret " : "open ") + said.from.toString() + " " + said.msg);
    return true;
  });
  print(own.toString());
  const auto done = [](bool ok) { print(ok ? "sent" : "not sent"); };
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string word, recipient, text;
    if (words >> word >> recipient && word == "e" && std::getline(words >> std::ws, text))
      member.node.putEncrypted(room, dht::InfoHash(recipient), message(text), done);
    else
      member.node.putSigned(room, message(line), done);
  }
}
