/** The annotation page: mounts the components, and lets tests look in. */

import { mount } from 'svelte';
import './app.css';
import './api/hook';
import App from './components/App.svelte';
import { app } from './state/app.svelte';

window.fcfi = Object.freeze({
  state: () => app.work?.full() ?? null,
  view: () => (app.view ? { ...app.view } : null),
  busy: () => app.loading || app.unsaved() || (app.work !== null && app.work.arrivedAt !== 0),
  paintTime: () => app.paintTime,
});

mount(App, { target: document.getElementById('page')! });
