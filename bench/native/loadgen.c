// loadgen - raw UDP load generator speaking just enough of the OpenDHT wire protocol (msgpack over UDP).
// One thread, one socket, sendmmsg/recvmmsg; source addresses are spread over 127.x.y.z with IP_PKTINFO
// so that per-IP limits of the node under test can be probed or avoided.
//
//   gcc -O2 -o loadgen loadgen.c
//   loadgen --target 127.0.0.1:4222 --op ping --window 64 --seconds 5
//
// Ops: ping find get-absent get put listen notify fill echo
// Closed loop by default (--window outstanding requests); --rate R makes it open loop (latency from the
// scheduled send time, so no coordinated omission).
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define BUFSZ 65536
#define MAXSRC 4096
#define MAXSLOT 65536

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

enum { OP_PING, OP_FIND, OP_GETABS, OP_GET, OP_PUT, OP_LISTEN, OP_NOTIFY, OP_FILL, OP_ECHO };
static const char *opnames[] = {"ping", "find", "get-absent", "get", "put", "listen", "notify", "fill", "echo"};

static struct {
  u8 id[20];
  u32 ip;
  u8 token[256];
  int toklen;
  u32 sid;
} src[MAXSRC];
typedef struct {
  u64 t0;
  u32 gen;
  u8 busy, phase;
  u16 srci;
  u64 k;
} slot_t;
static slot_t slots[MAXSLOT];
static int freeslots[MAXSLOT], nfree;

static struct sockaddr_in target;
static u8 target_id[20];
static int op = OP_PING, nsrc = 64, vsize = 64, json = 0, client = 0;
static int window = 64, spin = 0, perkey = 1, timeout_ms = 1000;
static u32 netid = 0;
static double seconds = 5, warm = 0.5, rate = 0;
static u64 nkeys = 1000, fillcount = 0, keybase = 0;
static int pid = 0;
static const char *srcbase = "127.77.0.1";
static int fd;
static u64 rng = 88172645463325252ull;
static u64 rnd(void) {
  rng ^= rng << 13;
  rng ^= rng >> 7;
  rng ^= rng << 17;
  return rng;
}
static u64 mix(u64 x) {
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}
static u64 now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (u64)t.tv_sec * 1000000000ull + t.tv_nsec;
}

// ---------- latency histogram: 1 us linear to 100 ms, then 1 ms to 10 s
static u32 h1[100001], h2[10001];
static u64 hn, hsum;
static void hadd(u64 ns) {
  u64 us = ns / 1000;
  hn++;
  hsum += ns;
  if (us < 100000)
    h1[us]++;
  else {
    u64 ms = us / 1000;
    if (ms > 10000)
      ms = 10000;
    h2[ms]++;
  }
}
static double hpct(double p) {
  u64 want = (u64)(p * hn), c = 0;
  if (!hn)
    return 0;
  for (int i = 0; i < 100000; i++) {
    c += h1[i];
    if (c > want)
      return i;
  }
  for (int i = 0; i <= 10000; i++) {
    c += h2[i];
    if (c > want)
      return i * 1000.0;
  }
  return 1e7;
}
static void hreset(void) {
  memset(h1, 0, sizeof h1);
  memset(h2, 0, sizeof h2);
  hn = hsum = 0;
}

// ---------- msgpack writer
static u8 *w_map(u8 *p, int n) {
  *p++ = 0x80 | n;
  return p;
}
static u8 *w_str(u8 *p, const char *s) {
  int n = strlen(s);
  *p++ = 0xa0 | n;
  memcpy(p, s, n);
  return p + n;
}
static u8 *w_bin(u8 *p, const void *d, u32 n) {
  if (n < 256) {
    *p++ = 0xc4;
    *p++ = n;
  } else {
    *p++ = 0xc5;
    *p++ = n >> 8;
    *p++ = n;
  }
  memcpy(p, d, n);
  return p + n;
}
static u8 *w_bin_at(u8 *p, const char *key, const void *d, u32 n) {
  return w_bin(w_str(p, key), d, n);
}
static u8 *w_u32(u8 *p, u32 v) {
  *p++ = 0xce;
  *p++ = v >> 24;
  *p++ = v >> 16;
  *p++ = v >> 8;
  *p++ = v;
  return p;
}
static u8 *w_u64(u8 *p, u64 v) {
  *p++ = 0xcf;
  for (int i = 56; i >= 0; i -= 8)
    *p++ = v >> i;
  return p;
}

// ---------- msgpack reader: skip one object, NULL on malformed
static const u8 *m_skip(const u8 *p, const u8 *e) {
  u64 todo = 1;
  while (todo) {
    if (p >= e)
      return NULL;
    todo--;
    u8 c = *p++;
    u64 n;
    if (c < 0x80 || c >= 0xe0)
      continue;
    if (c < 0x90) {
      todo += 2 * (c & 15);
      continue;
    }
    if (c < 0xa0) {
      todo += (c & 15);
      continue;
    }
    if (c < 0xc0) {
      p += c & 31;
      if (p > e)
        return NULL;
      continue;
    }
    switch (c) {
    case 0xc0:
    case 0xc2:
    case 0xc3:
      break;
    case 0xc4:
    case 0xd9:
      if (p >= e)
        return NULL;
      n = *p;
      p += 1 + n;
      break;
    case 0xc5:
    case 0xda:
      if (p + 2 > e)
        return NULL;
      n = p[0] << 8 | p[1];
      p += 2 + n;
      break;
    case 0xc6:
    case 0xdb:
      if (p + 4 > e)
        return NULL;
      n = (u64)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
      p += 4 + n;
      break;
    case 0xcc:
    case 0xd0:
      p += 1;
      break;
    case 0xcd:
    case 0xd1:
      p += 2;
      break;
    case 0xca:
    case 0xce:
    case 0xd2:
      p += 4;
      break;
    case 0xcb:
    case 0xcf:
    case 0xd3:
      p += 8;
      break;
    case 0xdc:
      if (p + 2 > e)
        return NULL;
      todo += p[0] << 8 | p[1];
      p += 2;
      break;
    case 0xdd:
      if (p + 4 > e)
        return NULL;
      todo += (u64)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
      p += 4;
      break;
    case 0xde:
      if (p + 2 > e)
        return NULL;
      todo += 2 * (p[0] << 8 | p[1]);
      p += 2;
      break;
    case 0xdf:
      if (p + 4 > e)
        return NULL;
      todo += 2 * ((u64)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]);
      p += 4;
      break;
    default:
      return NULL;
    }
    if (p > e)
      return NULL;
  }
  return p;
}
static int m_maphdr(const u8 **pp, const u8 *e) {
  const u8 *p = *pp;
  if (p >= e)
    return -1;
  u8 c = *p;
  if ((c & 0xf0) == 0x80) {
    *pp = p + 1;
    return c & 15;
  }
  if (c == 0xde && p + 3 <= e) {
    *pp = p + 3;
    return p[1] << 8 | p[2];
  }
  return -1;
}
static int m_str(const u8 **pp, const u8 *e, const u8 **s) {
  const u8 *p = *pp;
  if (p >= e)
    return -1;
  u8 c = *p;
  int n;
  if ((c & 0xe0) == 0xa0) {
    n = c & 31;
    p++;
  } else if ((c == 0xd9 || c == 0xc4) && p + 2 <= e) {
    n = p[1];
    p += 2;
  } else if ((c == 0xda || c == 0xc5) && p + 3 <= e) {
    n = p[1] << 8 | p[2];
    p += 3;
  } else
    return -1;
  if (p + n > e)
    return -1;
  *s = p;
  *pp = p + n;
  return n;
}
static int m_uint(const u8 *p, const u8 *e, u64 *v) {
  if (p >= e)
    return -1;
  u8 c = *p;
  if (c < 0x80) {
    *v = c;
    return 0;
  }
  int n = c == 0xcc ? 1 : c == 0xcd ? 2 : c == 0xce ? 4 : c == 0xcf ? 8 : 0;
  if (n) {
    if (p + 1 + n > e)
      return -1;
    u64 x = 0;
    for (int i = 0; i < n; i++)
      x = x << 8 | p[1 + i];
    *v = x;
    return 0;
  }
  const u8 *s;
  const u8 *q = p;
  int l = m_str(&q, e, &s);
  if (l == 4) {
    *v = (u64)s[0] << 24 | s[1] << 16 | s[2] << 8 | s[3];
    return 0;
  }
  return -1;
}

typedef struct {
  char y;
  u64 tid;
  int has_tid;
  const u8 *r, *e, *a;
  const u8 *q;
  int qn;
} msg_t;
static int parse(const u8 *p, const u8 *e, msg_t *m) {
  memset(m, 0, sizeof *m);
  int n = m_maphdr(&p, e);
  if (n < 0)
    return -1;
  while (n--) {
    const u8 *k;
    int kn = m_str(&p, e, &k);
    if (kn < 0)
      return -1;
    const u8 *v = p;
    p = m_skip(p, e);
    if (!p)
      return -1;
    if (kn == 1)
      switch (*k) {
      case 't':
        if (!m_uint(v, e, &m->tid))
          m->has_tid = 1;
        break;
      case 'y': {
        const u8 *s, *q = v;
        if (m_str(&q, e, &s) == 1)
          m->y = *s;
      } break;
      case 'r':
        m->r = v;
        break;
      case 'e':
        m->e = v;
        break;
      case 'a':
        m->a = v;
        break;
      case 'q': {
        const u8 *q = v;
        m->qn = m_str(&q, e, &m->q);
      } break;
      }
  }
  return 0;
}
static const u8 *m_find(const u8 *p, const u8 *e, const char *key) {
  int n = m_maphdr(&p, e);
  int kl = strlen(key);
  while (n-- > 0) {
    const u8 *k;
    int kn = m_str(&p, e, &k);
    if (kn < 0)
      return NULL;
    if (kn == kl && !memcmp(k, key, kl))
      return p;
    p = m_skip(p, e);
    if (!p)
      return NULL;
  }
  return NULL;
}

// ---------- keys: first 2 bytes equal the target id so the node is always "close enough" to store them
static void mkkey(u64 k, u8 *o) {
  u64 a = mix(k * 3 + 1 + keybase * 0x10001), b = mix(k * 3 + 2 + keybase * 0x10001),
      c = mix(k * 3 + 3 + keybase * 0x10001);
  memcpy(o, target_id, 2);
  memcpy(o + 2, &a, 8);
  memcpy(o + 10, &b, 8);
  memcpy(o + 18, &c, 2);
}

// what stands in every message: t, y, v and, outside the public network, n
static u8 *w_envelope(u8 *p, const char *y, u32 tid) {
  p = w_str(p, "t");
  p = w_u32(p, tid);
  p = w_str(p, "y");
  p = w_str(p, y);
  p = w_str(p, "v");
  p = w_str(p, "o2");
  if (netid) {
    p = w_str(p, "n");
    p = w_u32(p, netid);
  }
  return p;
}
static u8 *w_tail(u8 *p, const char *q, u32 tid) {
  p = w_str(p, "q");
  p = w_str(p, q);
  p = w_envelope(p, "q", tid);
  if (client) {
    p = w_str(p, "s");
    *p++ = 0xc3;
  }
  return p;
}
static u8 *w_head(u8 *p, int na, int si) {
  p = w_map(p, 5 + (netid ? 1 : 0) + (client ? 1 : 0));
  p = w_str(p, "a");
  p = w_map(p, na);
  return w_bin_at(p, "id", src[si].id, 20);
}
static u8 valbuf[65536];
static int build(u8 *b, int o, int si, u64 k, u32 tid, u64 vid) {
  u8 *p = b;
  u8 key[20];
  switch (o) {
  case OP_ECHO:
  case OP_PING:
    p = w_head(p, 1, si);
    p = w_tail(p, "ping", tid);
    if (o == OP_ECHO)
      while (p - b < vsize)
        *p++ = 0xc0;
    break;
  case OP_FIND:
    p = w_head(p, 2, si);
    {
      u64 a = mix(k), bb = mix(k + 77);
      memcpy(key, &a, 8);
      memcpy(key + 8, &bb, 8);
      memcpy(key + 16, &a, 4);
    }
    p = w_bin_at(p, "target", key, 20);
    p = w_tail(p, "find", tid);
    break;
  case OP_GETABS:
  case OP_GET:
    mkkey(o == OP_GETABS ? k | (1ull << 60) : k, key);
    p = w_head(p, 2, si);
    p = w_bin_at(p, "h", key, 20);
    p = w_tail(p, "get", tid);
    break;
  case OP_PUT:
    mkkey(k / perkey, key);
    p = w_head(p, 4, si);
    p = w_bin_at(p, "h", key, 20);
    p = w_str(p, "values");
    *p++ = 0x91;
    p = w_map(p, 2);
    p = w_str(p, "id");
    p = w_u64(p, vid);
    p = w_str(p, "dat");
    p = w_map(p, 1);
    p = w_str(p, "body");
    p = w_map(p, 2);
    p = w_str(p, "type");
    *p++ = 0;
    p = w_str(p, "data");
    memcpy(valbuf, &vid, 8);
    p = w_bin(p, valbuf, vsize);
    p = w_bin_at(p, "token", src[si].token, src[si].toklen);
    p = w_tail(p, "put", tid);
    break;
  case OP_LISTEN:
    mkkey(k, key);
    p = w_head(p, 5, si);
    p = w_bin_at(p, "h", key, 20);
    p = w_str(p, "sid");
    p = w_u32(p, tid | 0x80000000u);
    p = w_bin_at(p, "token", src[si].token, src[si].toklen);
    p = w_str(p, "ve");
    *p++ = 1;
    p = w_tail(p, "listen", tid);
    break;
  }
  return p - b;
}
// reply to a request that the node under test sends us (ping/find/get/update...): {r:{id,sa},t,y:"r",v}
static int build_reply(u8 *b, int si, u32 tid, const u8 *from4) {
  u8 *p = b;
  p = w_map(p, 4 + (netid ? 1 : 0));
  p = w_str(p, "r");
  p = w_map(p, 3);
  p = w_bin_at(p, "id", src[si].id, 20);
  p = w_bin_at(p, "sa", from4, 4);
  p = w_bin_at(p, "token", src[si].id, 20); /* a get answered without a token gets the sender blacklisted by address */
  p = w_envelope(p, "r", tid);
  return p - b;
}

// ---------- batched IO
static struct mmsghdr tx[BATCH], rx[BATCH];
static struct iovec txv[BATCH], rxv[BATCH];
static u8 *txb[BATCH], *rxb[BATCH];
static struct {
  union {
    struct cmsghdr h;
    char b[CMSG_SPACE(sizeof(struct in_pktinfo))];
  } u;
} txc[BATCH], rxc[BATCH];
static struct sockaddr_in rxa[BATCH];
static int ntx;
static u64 st_sent, st_ok, st_err, st_lost, st_reqs_in, st_updates, st_late, st_bytes_in, st_vals;
static void flush_tx(void) {
  int off = 0;
  while (off < ntx) {
    int n = sendmmsg(fd, tx + off, ntx - off, 0);
    if (n < 0) {
      if (errno == EAGAIN || errno == ENOBUFS || errno == ECONNREFUSED) {
        usleep(20);
        continue;
      }
      perror("sendmmsg");
      exit(1);
    }
    off += n;
  }
  ntx = 0;
}
static u8 *tx_slot(int si) {
  if (ntx == BATCH)
    flush_tx();
  struct mmsghdr *m = &tx[ntx];
  m->msg_hdr.msg_name = &target;
  m->msg_hdr.msg_namelen = sizeof target;
  struct cmsghdr *c = &txc[ntx].u.h;
  c->cmsg_level = IPPROTO_IP;
  c->cmsg_type = IP_PKTINFO;
  c->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
  struct in_pktinfo *pi = (void *)CMSG_DATA(c);
  memset(pi, 0, sizeof *pi);
  pi->ipi_spec_dst.s_addr = src[si].ip;
  m->msg_hdr.msg_control = c;
  m->msg_hdr.msg_controllen = CMSG_SPACE(sizeof(struct in_pktinfo));
  m->msg_hdr.msg_iov = &txv[ntx];
  m->msg_hdr.msg_iovlen = 1;
  return txb[ntx];
}
static void tx_commit(int len) {
  txv[ntx].iov_base = txb[ntx];
  txv[ntx].iov_len = len;
  ntx++;
}

static int cur_op;
static u64 seq, vidseq = 1;
static void send_on(int s, int o, u64 k, u64 t) {
  slot_t *x = &slots[s];
  x->gen = (x->gen + 1) & 0x3fff;
  if (!x->gen)
    x->gen = 1;
  x->busy = 1;
  x->t0 = t;
  x->k = k;
  u32 tid = 0x40000000u | x->gen << 16 | s;
  u8 *b = tx_slot(x->srci);
  u64 vid = mix(0xabcdef ^ (vidseq++)) | 1;
  tx_commit(build(b, o, x->srci, k, tid, vid));
  st_sent++;
}
static void start_slot(int s, u64 t) {
  slot_t *x = &slots[s];
  x->srci = seq % nsrc;
  u64 n = seq++;
  x->phase = 0;
  switch (cur_op) {
  case OP_GET:
    send_on(s, OP_GET, rnd() % nkeys, t);
    break;
  case OP_GETABS:
    send_on(s, OP_GETABS, rnd() & 0xffffffff, t);
    break;
  case OP_FIND:
    send_on(s, OP_FIND, rnd(), t);
    break;
  case OP_PUT:
  case OP_FILL:
    send_on(s, OP_PUT, n, t);
    break;
  case OP_LISTEN:
    send_on(s, OP_LISTEN, n | (1ull << 40), t);
    break;
  case OP_NOTIFY:
    send_on(s, OP_LISTEN, n | (1ull << 41), t);
    break;
  default:
    send_on(s, cur_op, n, t);
  }
}
static int measuring;
static void done_slot(int s, u64 t) {
  slot_t *x = &slots[s];
  if (measuring) {
    hadd(t - x->t0);
  }
  st_ok++;
  x->busy = 0;
  freeslots[nfree++] = s;
}
static int src_of(u32 ip) {
  u32 i = ntohl(ip) - ntohl(src[0].ip);
  return i < (u32)nsrc ? (int)i : 0;
}
static int pump(int timeout_us) {
  if (timeout_us >= 0 && !spin) {
    struct pollfd pf = {fd, POLLIN, 0};
    struct timespec ts = {timeout_us / 1000000, (timeout_us % 1000000) * 1000};
    if (ppoll(&pf, 1, &ts, NULL) <= 0)
      return 0;
  }
  for (int i = 0; i < BATCH; i++) {
    rxv[i].iov_base = rxb[i];
    rxv[i].iov_len = BUFSZ;
    rx[i].msg_hdr = (struct msghdr){.msg_name = &rxa[i],
                                    .msg_namelen = sizeof rxa[i],
                                    .msg_iov = &rxv[i],
                                    .msg_iovlen = 1,
                                    .msg_control = &rxc[i],
                                    .msg_controllen = sizeof rxc[i]};
  }
  int n = recvmmsg(fd, rx, BATCH, MSG_DONTWAIT, NULL);
  if (n <= 0)
    return 0;
  u64 t = now_ns();
  for (int i = 0; i < n; i++) {
    const u8 *b = rxb[i];
    int len = rx[i].msg_len;
    st_bytes_in += len;
    msg_t m;
    const u8 *e = b + len;
    if (op == OP_ECHO) {
      const u8 *q = b;
      int nn = m_maphdr(&q, e);
      (void)nn;
    }
    if (parse(b, e, &m) < 0 || !m.has_tid)
      continue;
    if (m.a && op != OP_ECHO && !m.r && !m.e) { // request from the node under test
      st_reqs_in++;
      struct cmsghdr *c = &rxc[i].u.h;
      u32 dip = src[0].ip;
      if (c->cmsg_type == IP_PKTINFO)
        dip = ((struct in_pktinfo *)CMSG_DATA(c))->ipi_addr.s_addr;
      int si = src_of(dip);
      u8 *o = tx_slot(si);
      struct mmsghdr *mm = &tx[ntx];
      (void)mm;
      tx_commit(build_reply(o, si, (u32)m.tid, (u8 *)&rxa[i].sin_addr));
      if (m.qn == 6 && !memcmp(m.q, "update", 6)) {
        st_updates++;
        const u8 *sv = m_find(m.a, e, "sid");
        u64 sid;
        const u8 *vv = m_find(m.a, e, "values");
        if (sv && vv && !m_uint(sv, e, &sid)) {
          int s = sid & 0xffff;
          slot_t *x = &slots[s];
          if (s < window && x->busy && x->phase == 1 && (x->gen - 1) == ((sid >> 16) & 0x3fff)) {
            x->phase = 2;
            done_slot(s, t);
          }
        }
      }
      continue;
    }
    int s = m.tid & 0xffff;
    u32 g = (m.tid >> 16) & 0x3fff;
    slot_t *x = &slots[s];
    if (!x->busy || x->gen != g) {
      st_late++;
      continue;
    }
    if (m.e) {
      st_err++;
      x->busy = 0;
      freeslots[nfree++] = s;
      continue;
    }
    if (cur_op == OP_GET && m.r && m_find(m.r, e, "values"))
      st_vals++;
    if (cur_op == OP_NOTIFY) {
      if (x->phase == 0) {
        x->phase = 1;
        send_on(s, OP_PUT, x->k * perkey, now_ns());
      }
      continue;
    }
    done_slot(s, t);
  }
  return n;
}
static void expire(u64 t) {
  for (int s = 0; s < window; s++)
    if (slots[s].busy && t - slots[s].t0 > (u64)timeout_ms * 1000000ull) {
      st_lost++;
      if (cur_op == OP_FILL) {
        u32 k = slots[s].k;
        slots[s].srci = k % nsrc;
        send_on(s, OP_PUT, slots[s].k, t);
      } else {
        slots[s].busy = 0;
        slots[s].gen++;
        freeslots[nfree++] = s;
      }
    }
}

static int proc_cpu(int p, u64 *ut, u64 *st) {
  char f[64], buf[2048];
  snprintf(f, 64, "/proc/%d/stat", p);
  FILE *h = fopen(f, "r");
  if (!h)
    return -1;
  size_t n = fread(buf, 1, 2047, h);
  fclose(h);
  buf[n] = 0;
  char *q = strrchr(buf, ')');
  unsigned long long a, b;
  if (sscanf(q + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &a, &b) != 2)
    return -1;
  *ut = a;
  *st = b;
  return 0;
}
static long proc_rss(int p) {
  char f[64], l[256];
  snprintf(f, 64, "/proc/%d/status", p);
  FILE *h = fopen(f, "r");
  if (!h)
    return -1;
  long r = -1;
  while (fgets(l, 256, h))
    if (sscanf(l, "VmRSS: %ld", &r) == 1)
      break;
  fclose(h);
  return r;
}

static int rpc(int o, int si, u64 k, u8 *reply, int *rlen, int n_try) { // simple blocking call used in setup
  for (int a = 0; a < n_try; a++) {
    u32 tid = 0x3f000000u | (si << 4) | a;
    u8 *b = tx_slot(si);
    tx_commit(build(b, o, si, k, tid, 1));
    flush_tx();
    u64 end = now_ns() + 300000000ull;
    while (now_ns() < end) {
      struct pollfd pf = {fd, POLLIN, 0};
      if (poll(&pf, 1, 50) <= 0)
        continue;
      struct sockaddr_in f;
      socklen_t fl = sizeof f;
      int n = recvfrom(fd, reply, BUFSZ, 0, (void *)&f, &fl);
      msg_t m;
      if (n <= 0 || parse(reply, reply + n, &m) < 0)
        continue;
      if (m.a && !m.r) {
        int s0 = 0;
        u8 *o2 = tx_slot(s0);
        tx_commit(build_reply(o2, s0, m.tid, (u8 *)&f.sin_addr));
        flush_tx();
        continue;
      }
      if (m.has_tid && m.tid == tid && m.r) {
        *rlen = n;
        return 0;
      }
    }
  }
  return -1;
}

int main(int argc, char **argv) {
  static struct option lo[] = {{"target", 1, 0, 't'},  {"op", 1, 0, 'o'},          {"window", 1, 0, 'w'},
                               {"seconds", 1, 0, 's'}, {"sources", 1, 0, 'S'},     {"value-size", 1, 0, 'v'},
                               {"keys", 1, 0, 'k'},    {"count", 1, 0, 'c'},       {"rate", 1, 0, 'r'},
                               {"pid", 1, 0, 'p'},     {"json", 0, 0, 'j'},        {"warm", 1, 0, 'W'},
                               {"network", 1, 0, 'n'}, {"client", 0, 0, 'C'},      {"spin", 0, 0, 'x'},
                               {"timeout", 1, 0, 'T'}, {"source-base", 1, 0, 'b'}, {"key-base", 1, 0, 'B'},
                               {"per-key", 1, 0, 'P'}, {"help", 0, 0, 'h'},        {0}};
  int c;
  const char *tgt = "127.0.0.1:4222";
  while ((c = getopt_long(argc, argv, "", lo, NULL)) != -1)
    switch (c) {
    case 't':
      tgt = optarg;
      break;
    case 'o': {
      int f = -1;
      for (int i = 0; i < 9; i++)
        if (!strcmp(optarg, opnames[i]))
          f = i;
      if (f < 0) {
        fprintf(stderr, "unknown op\n");
        return 2;
      }
      op = f;
    } break;
    case 'w':
      window = atoi(optarg);
      break;
    case 's':
      seconds = atof(optarg);
      break;
    case 'S':
      nsrc = atoi(optarg);
      break;
    case 'v':
      vsize = atoi(optarg);
      break;
    case 'k':
      nkeys = strtoull(optarg, 0, 0);
      break;
    case 'c':
      fillcount = strtoull(optarg, 0, 0);
      break;
    case 'r':
      rate = atof(optarg);
      break;
    case 'p':
      pid = atoi(optarg);
      break;
    case 'j':
      json = 1;
      break;
    case 'W':
      warm = atof(optarg);
      break;
    case 'n':
      netid = strtoul(optarg, 0, 0);
      break;
    case 'C':
      client = 1;
      break;
    case 'x':
      spin = 1;
      break;
    case 'T':
      timeout_ms = atoi(optarg);
      break;
    case 'b':
      srcbase = optarg;
      break;
    case 'B':
      keybase = strtoull(optarg, 0, 0);
      break;
    case 'P':
      perkey = atoi(optarg);
      break;
    default:
      fprintf(
          stderr,
          "loadgen --target ip:port --op ping|find|get-absent|get|put|listen|notify|fill|echo [--window N] [--seconds "
          "S] [--rate R] [--sources N] [--source-base 127.77.0.1]\n  [--value-size B] [--keys K] [--count N] "
          "[--per-key V] [--key-base N] [--pid P] [--network id] [--client] [--spin] [--timeout ms] [--json]\n");
      return c == 'h' ? 0 : 2;
    }
  if (window > MAXSLOT)
    window = MAXSLOT;
  if (rate > 0 && window < 8192)
    window = 8192;
  if (nsrc > MAXSRC)
    nsrc = MAXSRC;
  if (vsize < 8)
    vsize = 8;
  char host[64];
  int port;
  {
    const char *q = strrchr(tgt, ':');
    snprintf(host, sizeof host, "%.*s", (int)(q - tgt), tgt);
    port = atoi(q + 1);
  }
  target.sin_family = AF_INET;
  target.sin_port = htons(port);
  inet_pton(AF_INET, host, &target.sin_addr);
  if ((ntohl(target.sin_addr.s_addr) >> 24) != 127) {
    fprintf(stderr, "loopback targets only\n");
    return 2;
  }
  prctl(PR_SET_TIMERSLACK, 1000);
  fd = socket(AF_INET, SOCK_DGRAM, 0);
  int one = 1, sz = 16 << 20;
  setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof one);
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &sz, sizeof sz))
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &sz, sizeof sz);
  if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &sz, sizeof sz))
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &sz, sizeof sz);
  struct sockaddr_in any = {.sin_family = AF_INET};
  if (bind(fd, (void *)&any, sizeof any)) {
    perror("bind");
    return 1;
  }
  for (int i = 0; i < BATCH; i++) {
    txb[i] = malloc(BUFSZ);
    rxb[i] = malloc(BUFSZ);
  }
  rng ^= now_ns();
  struct in_addr base;
  inet_pton(AF_INET, srcbase, &base);
  u64 salt = rnd();
  for (int i = 0; i < nsrc; i++) {
    src[i].ip = htonl(ntohl(base.s_addr) + i);
    u64 a = mix(salt + i * 7), b = mix(salt + i * 7 + 1), d = mix(salt + i * 7 + 2);
    memcpy(src[i].id, &a, 8);
    memcpy(src[i].id + 8, &b, 8);
    memcpy(src[i].id + 16, &d, 4);
    src[i].id[0] = 0x01;
  }
  for (int i = 0; i < 65536; i++)
    valbuf[i] = mix(i);
  static u8 rb[BUFSZ];
  int rl;
  if (op != OP_ECHO) {
    if (rpc(OP_PING, 0, 0, rb, &rl, 10) < 0) {
      fprintf(stderr, "no pong from %s\n", tgt);
      return 1;
    }
    msg_t m;
    parse(rb, rb + rl, &m);
    const u8 *v = m_find(m.r, rb + rl, "id");
    const u8 *s;
    if (!v || m_str(&v, rb + rl, &s) != 20) {
      fprintf(stderr, "no id\n");
      return 1;
    }
    memcpy(target_id, s, 20);
    // our ids: first bit differs from the target's, so we are never closer to the keys (2-byte prefix of the target)
    // than the target is
    for (int i = 0; i < nsrc; i++)
      src[i].id[0] = (u8)((target_id[0] ^ 0x80) & 0x80) | ((u8)(mix(i + salt) & 0x7f));
    if (op == OP_PUT || op == OP_LISTEN || op == OP_NOTIFY || op == OP_FILL || op == OP_GET)
      for (int i = 0; i < nsrc; i++) {
        if (rpc(OP_GETABS, i, i, rb, &rl, 20) < 0) {
          fprintf(stderr, "no token for source %d\n", i);
          return 1;
        }
        msg_t q;
        parse(rb, rb + rl, &q);
        const u8 *t = m_find(q.r, rb + rl, "token");
        int n;
        if (!t || (n = m_str(&t, rb + rl, &s)) < 0) {
          fprintf(stderr, "no token in reply\n");
          return 1;
        }
        memcpy(src[i].token, s, n);
        src[i].toklen = n;
      }
  }
  cur_op = op;
  for (int s = window - 1; s >= 0; s--)
    freeslots[nfree++] = s;
  u64 u0 = 0, s0 = 0, u1 = 0, s1 = 0;
  long rss0 = pid ? proc_rss(pid) : -1;
  double hz = sysconf(_SC_CLK_TCK);
  if (op == OP_GET) { // prefill nkeys
    cur_op = OP_FILL;
    seq = 0;
    u64 t = now_ns(), lastx = t;
    st_ok = 0;
    u64 pk = perkey;
    perkey = 1;
    while (st_ok < nkeys) {
      t = now_ns();
      while (nfree && seq < nkeys)
        start_slot(freeslots[--nfree], t);
      flush_tx();
      pump(1000);
      if (t - lastx > 20000000ull) {
        expire(t);
        lastx = t;
      }
    }
    perkey = pk;
    cur_op = OP_GET;
    st_ok = st_sent = st_err = st_lost = 0;
    hreset();
  }
  if (op == OP_FILL) {
    u64 t = now_ns(), lastx = t, begin = t;
    if (pid)
      proc_cpu(pid, &u0, &s0);
    measuring = 1;
    while (st_ok + st_err < fillcount) {
      t = now_ns();
      while (nfree && seq < fillcount)
        start_slot(freeslots[--nfree], t);
      flush_tx();
      pump(1000);
      if (t - lastx > 20000000ull) {
        expire(t);
        lastx = t;
      }
    }
    double dt = (now_ns() - begin) / 1e9;
    if (pid)
      proc_cpu(pid, &u1, &s1);
    long r1 = pid ? proc_rss(pid) : -1;
    printf(
        "{\"op\":\"fill\",\"count\":%llu,\"value_size\":%d,\"seconds\":%.2f,\"rps\":%.0f,\"errors\":%llu,\"retries\":%"
        "llu,\"rss_kb_before\":%ld,\"rss_kb_after\":%ld,\"bytes_per_value\":%.1f,\"cpu_us_per_req\":%.2f}\n",
        (unsigned long long)fillcount, vsize, dt, fillcount / dt, (unsigned long long)st_err,
        (unsigned long long)st_lost, rss0, r1, pid ? (r1 - rss0) * 1024.0 / fillcount : 0,
        pid ? ((u1 + s1 - u0 - s0) / hz) * 1e6 / fillcount : 0);
    return 0;
  }
  u64 begin = now_ns(), mstart = begin + (u64)(warm * 1e9), mend = mstart + (u64)(seconds * 1e9), lastx = begin,
      nextsend = begin;
  u64 ok0 = 0, lost0 = 0, err0 = 0, rq0 = 0;
  double step = rate > 0 ? 1e9 / rate : 0;
  double nexts = begin;
  u64 missed = 0;
  for (;;) {
    u64 t = now_ns();
    if (!measuring && t >= mstart) {
      measuring = 1;
      hreset();
      ok0 = st_ok;
      lost0 = st_lost;
      err0 = st_err;
      rq0 = st_reqs_in;
      if (pid)
        proc_cpu(pid, &u0, &s0);
      mstart = t;
      mend = t + (u64)(seconds * 1e9);
    }
    if (t >= mend)
      break;
    if (rate > 0) {
      while (nexts <= t) {
        if (nfree)
          start_slot(freeslots[--nfree], (u64)nexts);
        else
          missed++;
        nexts += step;
      }
      flush_tx();
      u64 n2 = now_ns();
      int us = nexts > n2 ? (int)((nexts - n2) / 1000) : 0;
      if (us > 1000)
        us = 1000;
      pump(us);
    } else {
      while (nfree)
        start_slot(freeslots[--nfree], t);
      flush_tx();
      pump(1000);
    }
    if (t - lastx > 20000000ull) {
      expire(t);
      lastx = t;
    }
  }
  (void)nextsend;
  double dt = (now_ns() - mstart) / 1e9;
  u64 ok = st_ok - ok0;
  if (pid)
    proc_cpu(pid, &u1, &s1);
  long r1 = pid ? proc_rss(pid) : -1;
  double cu = (u1 - u0) / hz, cs = (s1 - s0) / hz;
  struct timespec self;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &self);
  double selfcpu = (self.tv_sec + self.tv_nsec / 1e9) / ((now_ns() - begin) / 1e9);
  double rps = ok / dt;
  if (json)
    printf("{\"op\":\"%s\",\"target\":\"%s\",\"window\":%d,\"rate\":%.0f,\"sources\":%d,\"value_size\":%d,\"seconds\":%"
           ".2f,\"rps\":%.0f,\"p50_us\":%.0f,\"p95_us\":%.0f,\"p99_us\":%.0f,\"p999_us\":%.0f,\"mean_us\":%.1f,\"ok\":%"
           "llu,\"lost\":%llu,\"errors\":%llu,\"late\":%llu,\"missed\":%llu,\"node_requests_in\":%llu,\"with_values\":%"
           "llu,\"cpu_user_us\":%.2f,\"cpu_sys_us\":%.2f,\"node_cores\":%.2f,\"rss_kb\":%ld,\"loadgen_cores\":%.2f}\n",
           opnames[op], tgt, rate > 0 ? 0 : window, rate, nsrc, vsize, dt, rps, hpct(.5), hpct(.95), hpct(.99),
           hpct(.999), hn ? hsum / 1e3 / hn : 0, (unsigned long long)ok, (unsigned long long)(st_lost - lost0),
           (unsigned long long)(st_err - err0), (unsigned long long)st_late, (unsigned long long)missed,
           (unsigned long long)(st_reqs_in - rq0), (unsigned long long)st_vals, pid && ok ? cu * 1e6 / ok : 0,
           pid && ok ? cs * 1e6 / ok : 0, pid ? (cu + cs) / dt : 0, r1, selfcpu);
  else {
    printf("%-10s %s  %.0f req/s  p50 %.0f us  p99 %.0f us  p99.9 %.0f us  lost %llu  errors %llu", opnames[op], tgt,
           rps, hpct(.5), hpct(.99), hpct(.999), (unsigned long long)(st_lost - lost0),
           (unsigned long long)(st_err - err0));
    if (pid)
      printf("  node cpu %.2f us/req (user %.2f sys %.2f) %.2f cores  rss %ld kB", ok ? (cu + cs) * 1e6 / ok : 0,
             ok ? cu * 1e6 / ok : 0, ok ? cs * 1e6 / ok : 0, (cu + cs) / dt, r1);
    printf("  loadgen %.2f cores\n", selfcpu);
  }
  return 0;
}
