// Where a client may keep its tokens. All strategies answer to the same names.

import { cookie } from "./dom.js";
import { claims } from "./jwt.js";

export const STORAGE_KEY = "authcompare.tokens";
export const COOKIE_KEY = "authcompare.cookie-log-in";

/** What the strategies share that hand the refresh token over in the body of a request. */
class InBody {
  /** Return what a log-in adds to its request, so that the tokens come as they will be kept. */
  beginning() {
    return {};
  }

  /** Return what a request needs to show the refresh token. */
  proof() {
    return { body: { refresh: this.read().refresh } };
  }
}

/** The default: gone when the page goes. The field is private, so no other script finds it. */
export class MemoryStorage extends InBody {
  #pair = null;

  read() {
    return this.#pair;
  }

  write(pair) {
    this.#pair = pair;
  }

  clear() {
    this.#pair = null;
  }

  /** Return a value that changes whenever anybody changes what is kept. */
  state() {
    return this.#pair;
  }

  /** Tell whether there is a log-in of an earlier page, or of another tab, to go on with. */
  isResumable() {
    return false;
  }

  /** Run a task that no other user of this storage may run at the same time: there is none. */
  exclusively(task) {
    return task();
  }

  /** Call back when somebody else changes what is kept: nobody can. */
  onChange() {}
}

/** Survives a reload and is shared by all tabs; every script of the site can read it (XSS). */
export class LocalStorage extends InBody {
  read() {
    try {
      const pair = JSON.parse(stored(STORAGE_KEY));
      return pair?.access && pair?.refresh ? pair : null;
    } catch {
      return null; // Not written by us.
    }
  }

  write(pair) {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(pair));
  }

  clear() {
    localStorage.removeItem(STORAGE_KEY);
  }

  state() {
    return stored(STORAGE_KEY);
  }

  isResumable() {
    return Boolean(this.read());
  }

  exclusively(task) {
    return inTurn(STORAGE_KEY, task);
  }

  /** Call back when another tab logs in, renews or logs out. */
  onChange(callback) {
    onStored(STORAGE_KEY, callback);
  }
}

/**
 * The access token in memory, the refresh token in a cookie that the browser shows to nobody but
 * the server. Stored is only that there is such a log-in, by its public id: the next page then asks
 * for an access token, and other tabs learn of a log-out.
 */
export class CookieStorage {
  #names;
  #pair = null;

  /** `names` has the cookies' names: refresh and csrf. */
  constructor(names) {
    this.#names = names;
  }

  read() {
    return this.#pair;
  }

  write(pair) {
    this.#pair = pair;
    if (hasLocalStorage()) localStorage.setItem(COOKIE_KEY, claims(pair.access).sid);
  }

  clear() {
    this.#pair = null;
    if (hasLocalStorage()) localStorage.removeItem(COOKIE_KEY);
  }

  // With the id: a refusal that comes late must not end what another tab has begun meanwhile.
  state() {
    return `${stored(COOKIE_KEY)} ${this.#pair?.access}`;
  }

  isResumable() {
    return Boolean(this.#pair || stored(COOKIE_KEY));
  }

  beginning() {
    return { body: { transport: "cookie" }, credentials: "same-origin" };
  }

  proof() {
    return {
      ...this.beginning(),
      // The browser brings the cookie, whoever asks; what only this site can read shows who asks.
      headers: { "X-CSRFToken": cookie(this.#names.csrf) },
      unseen: { Cookie: `${this.#names.refresh}=… (added by the browser)` },
    };
  }

  exclusively(task) {
    return inTurn(COOKIE_KEY, task);
  }

  /** Call back when another tab logs in or out; the access token here is then worth nothing. */
  onChange(callback) {
    onStored(COOKIE_KEY, () => {
      this.#pair = null;
      callback();
    });
  }
}

/** Tell whether the browser lets this site use localStorage at all. */
export function hasLocalStorage() {
  try {
    return Boolean(globalThis.localStorage);
  } catch {
    return false;
  }
}

/** Return what localStorage holds under a key, or null. */
export function stored(key) {
  return hasLocalStorage() ? localStorage.getItem(key) : null;
}

// One tab at a time. Browsers have locks in secure contexts only; without them, the server's grace
// for the token just superseded keeps both tabs logged in.
function inTurn(name, task) {
  return navigator.locks ? navigator.locks.request(name, task) : task();
}

function onStored(key, callback) {
  addEventListener("storage", (event) => {
    if (event.key === key || event.key === null) callback();
  });
}
