// The client's half of the token flow: log in, be somebody, renew, log out.

import { ApiError, accepted, exchange } from "./http.js";

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

  /** The pair of tokens and when they end, as the API gave them, or null. */
  get pair() {
    return this.storage.read();
  }

  /** Begin a log-in. Throws an ApiError where the API refuses. */
  async logIn(email, password, remember = false) {
    const body = { email, password, remember };
    this.storage.write(accepted(await this.#send("POST", this.#urls.logIn, { body })));
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
   * are kept: forgetting them would look like a log-out while the log-in goes on.
   */
  async logOut() {
    const body = { refresh: this.#current().refresh };
    const answer = await this.#send("POST", this.#urls.logOut, { body });
    if (answer.response.status >= 500 || answer.response.status === 429) accepted(answer);
    this.storage.clear();
  }

  #current() {
    const pair = this.pair;
    if (!pair) throw new ApiError(401, { detail: "This log-in is over; log in again." });
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
    const current = this.#current();
    if (current.refresh !== used.refresh) return current; // Another tab was first.
    const body = { refresh: current.refresh };
    const answer = await this.#send("POST", this.#urls.refresh, { body });
    // What a log-out did meanwhile, here or in another tab, is not undone.
    const unchanged = this.pair?.refresh === current.refresh;
    if (answer.response.status === 401 && unchanged) this.storage.clear();
    const next = accepted(answer);
    if (unchanged) this.storage.write(next);
    return this.#current();
  }

  #get(url, { access }) {
    return this.#send("GET", url, { headers: { Authorization: `Bearer ${access}` } });
  }

  async #send(method, url, rest) {
    // Without cookies: only the token says who asks, and there is nothing for CSRF to abuse.
    const made = await exchange({ method, url, credentials: "omit", ...rest });
    this.#record(made);
    return made;
  }
}
