// The real library's opinion on certificates: a thin front end on its public API (package libopendht-dev).
//
// Each input line is a request, each output line its answer:
//   make FOLDER                     the library makes certificates and revocation lists there; "made"
//   verify ANCHORS CHAIN LISTS      the bits of its verdict, or "unreadable" when it refuses to read a file
// ANCHORS are files that are trusted, CHAIN is a file with a chain or several that are linked as they are, LISTS are files
// with revocation lists; each joined by commas, "-" for none.
#include <fstream>
#include <iostream>
#include <iterator>
#include <opendht/crypto.h>
#include <sstream>

using dht::crypto::Certificate;
using dht::crypto::Identity;
using dht::crypto::RevocationList;
using dht::crypto::TrustList;

constexpr unsigned KEY_BITS = 2048;
constexpr int64_t A_DAY_AGO = -86400;

static dht::Blob readFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

static void writeFile(const std::string &path, const dht::Blob &bytes) {
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
}

static std::vector<dht::Blob> readFiles(const std::string &paths) {
  std::vector<dht::Blob> contents;
  std::istringstream list(paths);
  for (std::string path; paths != "-" && std::getline(list, path, ',');)
    contents.push_back(readFile(path));
  return contents;
}

static Certificate readChain(const std::vector<dht::Blob> &blobs) {
  return blobs.size() == 1 ? Certificate(blobs.front()) : Certificate(blobs.begin(), blobs.end());
}

static std::string verify(const std::string &anchors, const std::string &chain, const std::string &lists) {
  try {
    TrustList trust;
    for (const auto &blob : readFiles(anchors))
      trust.add(Certificate(blob));
    for (const auto &blob : readFiles(lists))
      trust.add(RevocationList(blob));
    return std::to_string(trust.verify(readChain(readFiles(chain))).result);
  } catch (const dht::crypto::CryptoException &) {
    return "unreadable";
  }
}

/** Two families: root, account and two devices, the second revoked; and an elliptic curve authority with a node. */
static void make(const std::string &folder) {
  auto save = [&](const std::string &name, const Identity &who) {
    writeFile(folder + "/their-" + name + ".crt", who.second->getPacked());
  };
  auto root = dht::crypto::generateIdentity("Root", {}, KEY_BITS, true);
  auto account = dht::crypto::generateIdentity("Account", root, KEY_BITS, true);
  auto device = dht::crypto::generateIdentity("Device", account, KEY_BITS, false);
  auto revoked = dht::crypto::generateIdentity("Revoked device", account, KEY_BITS, false);
  auto expired = dht::crypto::generateIdentity("Expired device", account, KEY_BITS, false);
  expired.second->setValidity(account, A_DAY_AGO);
  auto weak = dht::crypto::generateIdentity("Weak device", account, 1024, false);
  auto curve = dht::crypto::generateEcIdentity("Curve", {}, true);
  auto node = dht::crypto::generateIdentity("Node", curve, KEY_BITS, false);
  save("root", root);
  save("account", account);
  save("device", device);
  save("revoked", revoked);
  save("expired", expired);
  save("weak", weak);
  save("curve", curve);
  save("node", node);
  account.second->revoke(*account.first, *revoked.second);
  writeFile(folder + "/their-account.crl", account.second->getRevocationLists().front()->getPacked());
}

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string action, first, chain, lists;
    words >> action >> first >> chain >> lists;
    try {
      if (action == "make") {
        make(first);
        std::cout << "made" << std::endl;
      } else {
        std::cout << verify(first, chain, lists) << std::endl;
      }
    } catch (const std::exception &error) {
      std::cout << "failed: " << error.what() << std::endl;
    }
  }
}
