/**
 * A map that is shared with snapshots and copied when it changes after that.
 * @template V
 */
export class CowMap {
  /** @type {Map<string, V>} */
  #map;
  #shared = false;

  /** @param {Iterable<readonly [string, V]>} [entries] */
  constructor(entries = []) {
    this.#map = new Map(entries);
  }

  /** @returns {ReadonlyMap<string, V>} */
  share() {
    this.#shared = true;
    return this.#map;
  }

  /** @param {string} key */
  get(key) {
    return this.#map.get(key);
  }

  get size() {
    return this.#map.size;
  }

  /** @param {string} key @param {V} value */
  set(key, value) {
    this.#own().set(key, value);
  }

  /** @param {string} key */
  delete(key) {
    if (this.#map.has(key)) {
      this.#own().delete(key);
    }
  }

  /** @param {Iterable<readonly [string, V]>} entries */
  replace(entries) {
    this.#map = new Map(entries);
    this.#shared = false;
  }

  #own() {
    if (this.#shared) {
      this.#map = new Map(this.#map);
      this.#shared = false;
    }

    return this.#map;
  }
}
