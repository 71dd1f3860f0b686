/** What the page shows to tests, as `window.fcfi`. */

import type { PictureState } from './types';

export interface Hook {
  /** The confirmed state of the open picture, with all masks. */
  state(): PictureState | null;
  view(): { scale: number; x: number; y: number } | null;
  /** Whether something is still on its way. */
  busy(): boolean;
  /** Milliseconds from the last answer to its mask on screen. */
  paintTime(): number;
}

declare global {
  interface Window {
    /** Read-only, for tests. */
    fcfi: Hook;
  }
}
