// Where a client may keep its tokens. Both strategies answer to the same six names.

export const STORAGE_KEY = "authcompare.tokens";

/** The default: gone when the page goes. The field is private, so no other script finds it. */
export class MemoryStorage {
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

  /** Run a task that no other user of this storage may run at the same time: there is none. */
  exclusively(task) {
    return task();
  }

  /** Call back when somebody else changes what is kept: nobody can. */
  onChange() {}
}

/** Survives a reload and is shared by all tabs; every script of the site can read it (XSS). */
export class LocalStorage {
  read() {
    try {
      const pair = JSON.parse(localStorage.getItem(STORAGE_KEY));
      return pair?.access && pair?.refresh ? pair : null;
    } catch {
      return null; // Blocked by the browser, or not written by us.
    }
  }

  write(pair) {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(pair));
  }

  clear() {
    localStorage.removeItem(STORAGE_KEY);
  }

  /** Run a task in one tab at a time. Browsers have locks in secure contexts only. */
  exclusively(task) {
    return navigator.locks ? navigator.locks.request(STORAGE_KEY, task) : task();
  }

  /** Call back when another tab logs in, renews or logs out. */
  onChange(callback) {
    addEventListener("storage", (event) => {
      if (event.key === STORAGE_KEY || event.key === null) callback();
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
