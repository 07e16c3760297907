// The C++ node as a contender in the benches: a thin front end on the public API of the packaged library
// (libopendht-dev).
//
//   cnode node --port P       one node without limits; prints its port as JSON; ends with its standard input
//   cnode cluster --n N …     N nodes in this process do a fixed work and print one line of JSON
//   cnode secure --n N …      the same for signed and encrypted values
//
// bench/ours/node.ts, cluster.ts and secure.ts are the same for our node, in what they do and print.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <opendht.h>
#include <random>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Values = std::vector<std::shared_ptr<dht::Value>>;

constexpr auto CONNECT_LIMIT = 20s;
constexpr auto SETTLE = 2s;
constexpr auto IDLE = 5s;
constexpr auto LISTEN_SETTLE = 150ms;
constexpr auto LISTEN_LIMIT = 10s;
constexpr int MAX_LISTENS = 30;
constexpr int FULL_TABLE = 8;
constexpr unsigned KEY_BITS = 4096;
constexpr int SIGNATURES = 100, CHECKS = 2000, ROUND_TRIPS = 30;

static double msSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

static double quantile(std::vector<double> samples, double q) {
  if (samples.empty())
    return -1;
  std::sort(samples.begin(), samples.end());
  return samples[std::min(samples.size() - 1, size_t(q * samples.size()))];
}

static long residentKiB() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmRSS:", 0) == 0)
      return std::atol(line.c_str() + 6);
  return -1;
}

static double cpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static int option(int argc, char **argv, const char *name, int byDefault) {
  for (int i = 2; i + 1 < argc; i++)
    if (!strcmp(argv[i], name))
      return atoi(argv[i + 1]);
  return byDefault;
}

static dht::DhtRunner::Config withoutLimits() {
  dht::DhtRunner::Config config{};
  auto &node = config.dht_config.node_config;
  node.max_store_size = -1;
  node.max_req_per_sec = -1;
  node.max_peer_req_per_sec = -1;
  config.threaded = true;
  return config;
}

// A result that another thread delivers.
template <typename T> class Awaited {
public:
  void set(T value) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (isSet_)
      return;
    value_ = value;
    isSet_ = true;
    changed_.notify_all();
  }
  bool waitFor(Clock::duration limit) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return isSet_; });
  }
  T get() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return isSet_; });
    return value_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool isSet_ = false;
  T value_{};
};

struct Parallel {
  double perSecond, cpuMs;
  int failures;
};

class Cluster {
public:
  // The first nodes have the given identities.
  Cluster(int size, int valueBytes, const std::vector<dht::crypto::Identity> &identities = {})
      : valueBytes_(valueBytes) {
    for (int i = 0; i < size; i++) {
      auto config = withoutLimits();
      if (size_t(i) < identities.size())
        config.dht_config.id = identities[i];
      nodes_.push_back(std::make_unique<dht::DhtRunner>());
      nodes_[i]->run(0, config);
      if (i > 0)
        nodes_[i]->bootstrap("127.0.0.1", std::to_string(nodes_[0]->getBoundPort()));
    }
  }

  int withGoodNodes(int wanted) {
    return std::count_if(nodes_.begin(), nodes_.end(),
                         [&](auto &node) { return int(node->getNodesStats(AF_INET).good_nodes) >= wanted; });
  }

  size_t anyIndex() { return random_() % nodes_.size(); }
  size_t otherThan(size_t index) { return (index + 1 + random_() % (nodes_.size() - 1)) % nodes_.size(); }
  dht::DhtRunner &node(size_t index) { return *nodes_[index]; }
  dht::DhtRunner &any() { return *nodes_[anyIndex()]; }

  std::shared_ptr<dht::Value> value() {
    std::vector<uint8_t> bytes(valueBytes_);
    for (auto &byte : bytes)
      byte = random_();
    return std::make_shared<dht::Value>(bytes);
  }

  // Runs `count` operations with at most `window` of them under way; `start` calls `done(ok)` when one is over.
  Parallel parallel(int count, int window, std::function<void(int, std::function<void(bool)>)> start) {
    std::mutex mutex;
    std::condition_variable changed;
    int underWay = 0, over = 0, failures = 0;
    auto begin = Clock::now();
    double cpu = cpuSeconds();
    for (int i = 0; i < count; i++) {
      {
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait(lock, [&] { return underWay < window; });
        underWay++;
      }
      start(i, [&](bool ok) {
        std::lock_guard<std::mutex> lock(mutex);
        underWay--;
        over++;
        failures += !ok;
        changed.notify_all();
      });
    }
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return over == count; });
    return {count / (msSince(begin) / 1e3), (cpuSeconds() - cpu) * 1e3 / count, failures};
  }

private:
  int valueBytes_;
  std::vector<std::unique_ptr<dht::DhtRunner>> nodes_;
  std::mt19937_64 random_{42};
};

static int runNode(int argc, char **argv) {
  dht::DhtRunner node;
  auto config = withoutLimits();
  node.run(option(argc, argv, "--port", 0), config);
  printf("{\"port\":%d}\n", int(node.getBoundPort()));
  fflush(stdout);
  for (char byte; read(STDIN_FILENO, &byte, 1) > 0;)
    ;
  node.join();
  return 0;
}

static int runCluster(int argc, char **argv) {
  const int size = option(argc, argv, "--n", 64), operations = option(argc, argv, "--ops", 100);
  const int window = option(argc, argv, "--window", 32), parallelOps = option(argc, argv, "--par-ops", 1000);
  const int warmUps = option(argc, argv, "--warm-ups", 200);
  const long kibBefore = residentKiB();
  const double cpuBefore = cpuSeconds();
  const auto begin = Clock::now();
  Cluster cluster(size, option(argc, argv, "--value-size", 64));
  const double startMs = msSince(begin);

  double connectedMs = -1, tablesMs = -1;
  while (tablesMs < 0 && Clock::now() - begin < CONNECT_LIMIT) {
    if (connectedMs < 0 && cluster.withGoodNodes(1) == size)
      connectedMs = msSince(begin);
    if (cluster.withGoodNodes(std::min(FULL_TABLE, size - 1)) == size)
      tablesMs = msSince(begin);
    std::this_thread::sleep_for(2ms);
  }
  const double bootCpu = cpuSeconds() - cpuBefore;
  std::this_thread::sleep_for(SETTLE);
  const long kibIdle = residentKiB();
  const double cpuIdle = cpuSeconds();
  std::this_thread::sleep_for(IDLE);
  const double idlePercent = 100 * (cpuSeconds() - cpuIdle) / std::chrono::duration<double>(IDLE).count() / size;

  for (int i = 0; i < warmUps; i++) {
    Awaited<bool> isPut, isGot;
    const auto key = dht::InfoHash::get("warm" + std::to_string(i));
    cluster.any().put(key, cluster.value(), [&](bool ok) { isPut.set(ok); });
    isPut.get();
    cluster.any().get(
        key, [](const std::shared_ptr<dht::Value> &) { return true; }, [&](bool ok) { isGot.set(ok); });
    isGot.get();
  }

  std::vector<double> puts, firsts, gets, heard;
  int putFailures = 0, getFailures = 0, listenFailures = 0;
  for (int i = 0; i < operations; i++) {
    Awaited<bool> done;
    const auto start = Clock::now();
    cluster.any().put(dht::InfoHash::get("seq" + std::to_string(i)), cluster.value(), [&](bool ok) { done.set(ok); });
    if (done.get())
      puts.push_back(msSince(start));
    else
      putFailures++;
  }
  for (int i = 0; i < operations; i++) {
    Awaited<double> first;
    Awaited<double> done;
    const auto start = Clock::now();
    cluster.any().get(
        dht::InfoHash::get("seq" + std::to_string(i)),
        [&](const std::shared_ptr<dht::Value> &) {
          first.set(msSince(start));
          return true;
        },
        [&](bool) { done.set(msSince(start)); });
    gets.push_back(done.get());
    if (first.waitFor(0s))
      firsts.push_back(first.get());
    else
      getFailures++;
  }

  auto parallelPuts = cluster.parallel(parallelOps, window, [&](int i, auto done) {
    cluster.any().put(dht::InfoHash::get("par" + std::to_string(i)), cluster.value(), [done](bool ok) { done(ok); });
  });
  auto parallelGets = cluster.parallel(parallelOps, window, [&](int i, auto done) {
    auto isFound = std::make_shared<bool>(false);
    cluster.any().get(
        dht::InfoHash::get("par" + std::to_string(i)),
        [isFound](const std::shared_ptr<dht::Value> &) { return *isFound = true; },
        [done, isFound](bool) { done(*isFound); });
  });

  for (int i = 0; i < std::min(operations, MAX_LISTENS); i++) {
    auto key = dht::InfoHash::get("lis" + std::to_string(i));
    const auto listener = cluster.anyIndex();
    auto time = std::make_shared<Awaited<Clock::time_point>>();
    auto token = cluster.node(listener).listen(key, [time](const Values &values, bool expired) {
      if (!expired && !values.empty())
        time->set(Clock::now());
      return true;
    });
    std::this_thread::sleep_for(LISTEN_SETTLE);
    const auto start = Clock::now();
    cluster.node(cluster.otherThan(listener)).put(key, cluster.value());
    if (time->waitFor(LISTEN_LIMIT))
      heard.push_back(std::chrono::duration<double, std::milli>(time->get() - start).count());
    else
      listenFailures++;
    cluster.node(listener).cancelListen(key, std::move(token));
  }

  printf("{\"n\":%d,\"start_ms\":%.1f,\"connected_ms\":%.1f,\"tables_ms\":%.1f,\"boot_cpu_s\":%.3f,"
         "\"kib_per_node\":%.0f,\"kib_per_node_end\":%.0f,\"idle_cpu_percent_per_node\":%.4f,",
         size, startMs, connectedMs, tablesMs, bootCpu, double(kibIdle - kibBefore) / size,
         double(residentKiB() - kibBefore) / size, idlePercent);
  printf("\"put_p50_ms\":%.3f,\"put_p95_ms\":%.3f,\"get_first_p50_ms\":%.3f,\"get_first_p95_ms\":%.3f,"
         "\"get_done_p50_ms\":%.3f,\"get_done_p95_ms\":%.3f,\"listen_p50_ms\":%.3f,\"listen_p95_ms\":%.3f,",
         quantile(puts, .5), quantile(puts, .95), quantile(firsts, .5), quantile(firsts, .95), quantile(gets, .5),
         quantile(gets, .95), quantile(heard, .5), quantile(heard, .95));
  printf("\"puts_per_s\":%.0f,\"put_cpu_ms\":%.3f,\"gets_per_s\":%.0f,\"get_cpu_ms\":%.3f,\"failures\":%d}\n",
         parallelPuts.perSecond, parallelPuts.cpuMs, parallelGets.perSecond, parallelGets.cpuMs,
         putFailures + getFailures + listenFailures + parallelPuts.failures + parallelGets.failures);
  fflush(stdout);
  _exit(0); // 64 graceful shutdowns are not part of the work
}

static double perSecond(int count, const std::function<void()> &work) {
  const auto start = Clock::now();
  for (int i = 0; i < count; i++)
    work();
  return count / (msSince(start) / 1e3);
}

static int runSecure(int argc, char **argv) {
  const int size = option(argc, argv, "--n", 8), operations = option(argc, argv, "--ops", 200);
  const int window = option(argc, argv, "--window", 32), valueBytes = option(argc, argv, "--value-size", 64);
  const auto alice = dht::crypto::generateIdentity("alice", {}, KEY_BITS);
  const auto bob = dht::crypto::generateIdentity("bob", {}, KEY_BITS);
  const auto bobId = bob.second->getId();

  const std::vector<uint8_t> data(valueBytes, 7);
  const auto signature = alice.first->sign(data);
  const double signs = perSecond(SIGNATURES, [&] { alice.first->sign(data); });
  const double checks = perSecond(CHECKS, [&] { alice.second->getPublicKey().checkSignature(data, signature); });

  Cluster cluster(size, valueBytes, {alice, bob});
  std::this_thread::sleep_for(SETTLE);
  auto &hers = cluster.node(0), &his = cluster.node(1);
  const auto getOfHis = [&](const dht::InfoHash &key, std::function<void(bool)> done) {
    auto isFound = std::make_shared<bool>(false);
    his.get(
        key, [isFound](const std::shared_ptr<dht::Value> &) { return *isFound = true; },
        [done, isFound](bool) { done(*isFound); });
  };
  auto puts = cluster.parallel(operations, window, [&](int i, auto done) {
    hers.putSigned(dht::InfoHash::get("signed" + std::to_string(i)), cluster.value(), [done](bool ok) { done(ok); });
  });
  auto gets = cluster.parallel(operations, window, [&](int i, auto done) {
    getOfHis(dht::InfoHash::get("signed" + std::to_string(i)), done);
  });

  std::vector<double> roundTrips;
  int lost = 0;
  for (int i = 0; i < ROUND_TRIPS; i++) {
    Awaited<bool> isPut, isRead;
    const auto key = dht::InfoHash::get("secret" + std::to_string(i));
    const auto start = Clock::now();
    hers.putEncrypted(key, bobId, cluster.value(), [&](bool ok) { isPut.set(ok); });
    const bool ok = isPut.get();
    getOfHis(key, [&](bool isFound) { isRead.set(isFound); });
    if (!isRead.get() || !ok)
      lost++;
    roundTrips.push_back(msSince(start));
  }

  printf("{\"signs_per_s\":%.1f,\"checks_per_s\":%.0f,\"puts_per_s\":%.1f,\"put_cpu_ms\":%.3f,"
         "\"gets_per_s\":%.1f,\"get_cpu_ms\":%.3f,\"round_trip_p50_ms\":%.2f,\"failures\":%d}\n",
         signs, checks, puts.perSecond, puts.cpuMs, gets.perSecond, gets.cpuMs, quantile(roundTrips, .5),
         puts.failures + gets.failures + lost);
  fflush(stdout);
  _exit(0);
}

int main(int argc, char **argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "node")
    return runNode(argc, argv);
  if (mode == "cluster")
    return runCluster(argc, argv);
  if (mode == "secure")
    return runSecure(argc, argv);
  fprintf(stderr, "cnode node --port P | cnode cluster [--n 64] [--warm-ups 200] [--ops 100] [--window 32] [--par-ops "
                  "1000] [--value-size 64] | cnode secure [--n 8] [--ops 200] [--window 32]\n");
  return 2;
}
