/** A token bucket: how many requests or messages one source may send, in a burst and over time. */

export interface RateLimit {
  /** How many may come at once after a quiet time. */
  burst: number;
  perSecond: number;
}

export class RateBucket {
  readonly #limit: RateLimit;
  readonly #nowMs: () => number;
  #left: number;
  #filledAtMs: number;

  /** `nowMs` is a monotonic clock in milliseconds. */
  constructor(limit: RateLimit, nowMs: () => number = () => performance.now()) {
    this.#limit = limit;
    this.#nowMs = nowMs;
    this.#left = limit.burst;
    this.#filledAtMs = nowMs();
  }

  /** Takes one, or answers false when there is none left. */
  take(): boolean {
    const nowMs = this.#nowMs();
    const refill = ((nowMs - this.#filledAtMs) / 1000) * this.#limit.perSecond;
    this.#left = Math.min(this.#limit.burst, this.#left + refill);
    this.#filledAtMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** True when it has been left alone long enough to be as good as new, and so can be forgotten. */
  get full(): boolean {
    return this.#left + ((this.#nowMs() - this.#filledAtMs) / 1000) * this.#limit.perSecond >= this.#limit.burst;
  }
}

/** Sources beyond this are looked through for some to forget. */
const SOURCES_BEFORE_SWEEP = 1024;

/** One bucket a source (a session, an address); those that are full again are forgotten. */
export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #nowMs: () => number;
  readonly #buckets = new Map<string, RateBucket>();

  constructor(limit: RateLimit, nowMs: () => number = () => performance.now()) {
    this.#limit = limit;
    this.#nowMs = nowMs;
  }

  /** Counts one request of `source`, or answers false when it has sent too many. */
  take(source: string): boolean {
    let bucket = this.#buckets.get(source);
    if (!bucket) {
      if (this.#buckets.size >= SOURCES_BEFORE_SWEEP) this.#forgetFullOnes();
      bucket = new RateBucket(this.#limit, this.#nowMs);
      this.#buckets.set(source, bucket);
    }
    return bucket.take();
  }

  #forgetFullOnes(): void {
    for (const [source, bucket] of this.#buckets) if (bucket.full) this.#buckets.delete(source);
  }
}
