// The client's half of the token flow: log in, be somebody, renew, log out.

import { ApiError, accepted, exchange } from "./http.js";

const OVER = { detail: "This log-in is over; log in again." };

/**
 * A log-in by token. It holds nothing itself: what is in `storage` is the truth, so that several
 * tabs may share one log-in.
 */
export class TokenClient {
  #urls;
  #record;
  #refreshing = null;

  /** `urls` has logIn, refresh, verify, logOut and me; `record` gets each exchange made. */
  constructor({ urls, storage, record = () => {} }) {
    this.#urls = urls;
    this.storage = storage;
    this.#record = record;
  }

  /** The tokens and when they end, as the API gave them (by cookie: without `refresh`), or null. */
  get pair() {
    return this.storage.read();
  }

  /** Begin a log-in. Throws an ApiError where the API refuses. */
  async logIn(email, password, remember = false) {
    const how = this.storage.beginning();
    const body = { email, password, remember, ...how.body };
    this.storage.write(accepted(await this.#send("POST", this.#urls.logIn, { ...how, body })));
  }

  /** Go on with an earlier page's log-in; where its access token went with that page, renew. */
  async resume() {
    if (!this.pair) await this.#renewed(null);
  }

  /** Return the secured resource; renews once where the access token is refused. */
  async me() {
    const used = this.#current();
    const answer = await this.#get(this.#urls.me, used);
    if (answer.response.status !== 401) return accepted(answer);
    return accepted(await this.#get(this.#urls.me, await this.#renewed(used)));
  }

  /** Exchange the refresh token for the next pair, and return that. */
  refresh() {
    return this.#renewed(this.#current());
  }

  /** Resolve where the API would accept the access token now; throws an ApiError where not. */
  async verify() {
    const body = { token: this.#current().access };
    accepted(await this.#send("POST", this.#urls.verify, { body }));
  }

  /**
   * End the log-in on the server, then forget the tokens. Where the server cannot be reached they
   * are kept: forgetting them would look like a log-out while the log-in goes on. The same where it
   * wants another CSRF token or more patience.
   */
  async logOut() {
    this.#current();
    const answer = await this.#send("POST", this.#urls.logOut, this.storage.proof());
    const { status } = answer.response;
    if (status >= 500 || status === 429 || status === 403) accepted(answer);
    this.storage.clear();
  }

  #current() {
    const pair = this.pair;
    if (!pair) throw new ApiError(401, OVER);
    return pair;
  }

  // A refresh token is good for one use, and using it twice ends the log-in as a theft. So callers
  // in this page share one refresh, and tabs take turns.
  #renewed(used) {
    this.#refreshing ??= this.storage
      .exclusively(() => this.#rotate(used))
      .finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #rotate(used) {
    if (this.pair?.access !== used?.access) return this.#current(); // Another tab was first.
    const before = this.storage.state();
    const answer = await this.#send("POST", this.#urls.refresh, this.storage.proof());
    // What a log-out or a log-in did meanwhile, here or in another tab, is not undone. And only a
    // 401 says that the log-in is over: whatever else went wrong, the next attempt may work.
    const unchanged = this.storage.state() === before;
    if (answer.response.status === 401 && unchanged) this.storage.clear();
    // There was no cookie to show: it went with the browser, or with a log-out.
    if (answer.response.data?.code === "not_authenticated") throw new ApiError(401, OVER);
    const next = accepted(answer);
    if (unchanged) this.storage.write(next);
    return this.#current();
  }

  #get(url, { access }) {
    return this.#send("GET", url, { headers: { Authorization: `Bearer ${access}` } });
  }

  async #send(method, url, rest) {
    // Without cookies, unless the storage is one: only the token says who asks, and there is nothing
    // for CSRF to abuse.
    const made = await exchange({ method, url, credentials: "omit", ...rest });
    this.#record(made);
    return made;
  }
}
