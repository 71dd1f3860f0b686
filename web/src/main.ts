/** The annotation page: mounts the components, and lets tests look in. */

import { mount } from 'svelte';
import './app.css';
import type { PictureState } from './api/types';
import App from './components/App.svelte';
import { app } from './state/app.svelte';

declare global {
  interface Window {
    /** Read-only, for tests. */
    fcfi: {
      /** The confirmed state of the open picture, with all masks. */
      state(): PictureState | null;
      view(): { scale: number; x: number; y: number } | null;
      /** Whether something is still on its way. */
      busy(): boolean;
      /** Milliseconds from the last answer to its mask on screen. */
      paintTime(): number;
    };
  }
}

window.fcfi = Object.freeze({
  state: () => app.work?.full() ?? null,
  view: () => (app.view ? { ...app.view } : null),
  busy: () => app.loading || app.unsaved() || (app.work !== null && app.work.arrivedAt !== 0),
  paintTime: () => app.paintTime,
});

mount(App, { target: document.getElementById('page')! });
