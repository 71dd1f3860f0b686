/** What the page needs from the browser, in one value, so that its state runs without one. */

export interface Platform {
  /** Whether the keyboard and mouse are a Mac's. */
  mac: boolean;
  /** The languages that the person reads, the favourite first: "de-CH". */
  languages: readonly string[];
  /** null: a browser that keeps nothing. */
  storage: Pick<Storage, 'getItem' | 'setItem'> | null;
  /** Kept until the tab is closed, also through a reload. */
  session: Pick<Storage, 'getItem' | 'setItem'> | null;
  darkScheme: Pick<MediaQueryList, 'matches' | 'addEventListener'>;
  /** The part of the address after #. */
  hash(): string;
  setHash(hash: string): void;
  later(callback: () => void, milliseconds: number): () => void;
  /** Milliseconds since some moment. */
  now(): number;
}

/** The browser's own. */
export function browserPlatform(window: Window): Platform {
  return {
    languages: window.navigator.languages,
    mac: /Mac|iP(hone|ad)/.test(window.navigator.platform),
    storage: storageOf(() => window.localStorage),
    session: storageOf(() => window.sessionStorage),
    darkScheme: window.matchMedia('(prefers-color-scheme: dark)'),
    hash: () => window.location.hash,
    setHash: (hash) => window.history.replaceState(null, '', hash),
    later(callback, milliseconds) {
      const timer = window.setTimeout(callback, milliseconds);
      return () => window.clearTimeout(timer);
    },
    now: () => window.performance.now(),
  };
}

function storageOf(get: () => Storage): Storage | null {
  try {
    return get();
  } catch {
    return null;
  }
}
