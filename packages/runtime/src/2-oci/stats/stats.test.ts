import assert from "node:assert/strict";
import { test } from "node:test";
import { parseList } from "./cpuset.ts";
import { type GroupFiles, MAX } from "./group-files.ts";
import { eventLine, oomCount, statsOf } from "./stats.ts";

/** Files by name, whichever controller's they are: names do not collide. */
function filesOf(version: 1 | 2, files: Record<string, string>): GroupFiles {
  return { version, read: (_controller, file) => files[file] };
}

/** Of a container on a hybrid machine, kernel 6.18; memory.stat cut short. */
const V1 = filesOf(1, {
  "cpu.stat": "nr_periods 12\nnr_throttled 11\nthrottled_time 1045713000\nnr_bursts 0\nburst_time 0\n",
  "cpuacct.usage": "21517740\n",
  "cpuacct.usage_percpu": "21517740 0 \n",
  "cpuacct.usage_all": "cpu user system\n0 7956909 20000000\n1 0 0\n",
  "cpuacct.stat": "user 0\nsystem 1\n",
  "cpuset.cpus": "0-1\n",
  "cpuset.mems": "0\n",
  "cpuset.sched_load_balance": "1\n",
  "cpuset.sched_relax_domain_level": "-1\n",
  "memory.usage_in_bytes": "704512\n",
  "memory.max_usage_in_bytes": "2498560\n",
  "memory.limit_in_bytes": "9223372036854771712\n",
  "memory.failcnt": "3\n",
  "memory.memsw.usage_in_bytes": "704512\n",
  "memory.memsw.limit_in_bytes": "67108864\n",
  "memory.memsw.failcnt": "0\n",
  "memory.stat": "cache 4096\nrss 49152\n",
  "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
  "pids.current": "1\n",
  "pids.max": "max\n",
  "blkio.bfq.io_service_bytes_recursive": "Total 0\n",
  "blkio.throttle.io_service_bytes_recursive": "254:0 Read 4096\n254:0 Write 0\n254:0 Total 4096\nTotal 4096\n",
  "blkio.throttle.io_serviced_recursive": "254:0 Read 1\n254:0 Write 0\n254:0 Total 1\nTotal 1\n",
});

/** Of a group in the lab VM, kernel 6.1; memory.stat cut short. */
const V2 = filesOf(2, {
  "cpu.stat":
    "usage_usec 4463249\nuser_usec 623542\nsystem_usec 3839707\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0\n",
  "cpuset.cpus": "\n",
  "cpuset.mems": "\n",
  "memory.current": "2428928\n",
  "memory.peak": "6094848\n",
  "memory.max": "67108864\n",
  "memory.swap.current": "4096\n",
  "memory.swap.max": "33554432\n",
  "memory.events": "low 0\nhigh 0\nmax 5\noom 1\noom_kill 1\noom_group_kill 0\n",
  "memory.swap.events": "high 0\nmax 0\nfail 0\n",
  "memory.stat": "anon 0\nfile 2314240\n",
  "pids.current": "2\n",
  "pids.max": "33\n",
  "io.stat": "8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0\n",
  "hugetlb.2MB.current": "0\n",
  "hugetlb.2MB.events": "max 0\n",
});

test("statsOf reads v1's files into runc's form, times in nanoseconds", () => {
  assert.deepEqual(statsOf(V1), {
    cpu: {
      usage: {
        total: 21517740n,
        percpu: [21517740n, 0n],
        percpu_kernel: [20000000n, 0n],
        percpu_user: [7956909n, 0n],
        kernel: 10000000n,
        user: 0n,
      },
      throttling: { periods: 12n, throttledPeriods: 11n, throttledTime: 1045713000n },
    },
    cpuset: {
      cpus: [0, 1],
      mems: [0],
      cpu_exclusive: 0n,
      mem_hardwall: 0n,
      mem_exclusive: 0n,
      memory_migrate: 0n,
      memory_spread_page: 0n,
      memory_spread_slab: 0n,
      memory_pressure: 0n,
      sched_load_balance: 1n,
      sched_relax_domain_level: -1n,
    },
    memory: {
      cache: 4096n,
      usage: { limit: 9223372036854771712n, usage: 704512n, max: 2498560n, failcnt: 3n },
      swap: { limit: 67108864n, usage: 704512n, failcnt: 0n },
      kernel: { limit: 0n, failcnt: 0n },
      kernelTCP: { limit: 0n, failcnt: 0n },
      raw: { cache: 4096n, rss: 49152n },
    },
    pids: { current: 1n },
    blkio: {
      ioServiceBytesRecursive: [
        { major: 254n, op: "Read", value: 4096n },
        { major: 254n, op: "Write" },
        { major: 254n, op: "Total", value: 4096n },
      ],
      ioServicedRecursive: [
        { major: 254n, op: "Read", value: 1n },
        { major: 254n, op: "Write" },
        { major: 254n, op: "Total", value: 1n },
      ],
    },
    hugetlb: {},
    intel_rdt: {},
    network_interfaces: null,
  });
});

test("statsOf reads v2's files into the same form, swap counted with memory", () => {
  const { cpu, cpuset, memory, pids, blkio, hugetlb } = statsOf(V2);
  assert.deepEqual(cpu, { usage: { total: 4463249000n, kernel: 3839707000n, user: 623542000n }, throttling: {} });
  assert.deepEqual([cpuset.cpus, cpuset.mems], [undefined, undefined]);
  assert.deepEqual(memory, {
    cache: 2314240n,
    usage: { limit: 67108864n, usage: 2428928n, max: 6094848n, failcnt: 5n },
    swap: { limit: 100663296n, usage: 2433024n, failcnt: 0n },
    kernel: { limit: 0n, failcnt: 0n },
    kernelTCP: { limit: 0n, failcnt: 0n },
    raw: { anon: 0n, file: 2314240n },
  });
  assert.deepEqual(pids, { current: 2n, limit: 33n });
  assert.deepEqual(blkio, {
    ioServiceBytesRecursive: [
      { major: 8n, op: "Read", value: 4096n },
      { major: 8n, op: "Write" },
      { major: 8n, op: "Discard" },
    ],
    ioServicedRecursive: [
      { major: 8n, op: "Read", value: 1n },
      { major: 8n, op: "Write" },
      { major: 8n, op: "Discard" },
    ],
  });
  assert.deepEqual(hugetlb, { "2MB": { failcnt: 0n } });
});

test("statsOf says no limit on v2 as the largest number of 64 bits", () => {
  const { memory } = statsOf(filesOf(2, { "memory.max": "max\n", "memory.swap.max": "max\n" }));
  assert.deepEqual([memory.usage.limit, memory.swap.limit], [MAX, MAX]);
});

test("oomCount reads both versions' counts, and v1's word for waiting", () => {
  assert.deepEqual(oomCount(V1), { killed: 2n, waiting: false });
  assert.deepEqual(oomCount(V2), { killed: 1n, waiting: false });
  const waiting = filesOf(1, { "memory.oom_control": "oom_kill_disable 1\nunder_oom 1\noom_kill 0\n" });
  assert.deepEqual(oomCount(waiting), { killed: 0n, waiting: true });
});

test("eventLine is one line of JSON whose numbers are not rounded", () => {
  assert.equal(eventLine("oom", "web"), '{"type":"oom","id":"web"}\n');
  const line = eventLine("stats", "web", statsOf(V1));
  assert.match(line, /^\{"type":"stats","id":"web","data":\{"cpu":\{"usage":\{"total":21517740,/);
  assert.match(line, /"usage":\{"limit":9223372036854771712,/);
  assert.equal(JSON.parse(line).data.cpuset.sched_relax_domain_level, -1);
});

test("parseList reads ranges and single numbers, and nothing", () => {
  assert.deepEqual(parseList("0-2,7\n"), [0, 1, 2, 7]);
  assert.deepEqual(parseList("\n"), []);
});
