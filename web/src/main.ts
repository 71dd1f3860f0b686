/** The annotation page: makes its state, mounts its components, and lets tests look in. */

import { mount } from 'svelte';
import './app.css';
import * as api from './api/client';
import type {} from './api/test-hook';
import Page from './components/Page.svelte';
import { App } from './state/app.svelte';
import { browserPlatform } from './state/platform';

const app = new App(api, browserPlatform(window));
const { navigation } = app;

window.fcfi = Object.freeze({
  state: () => navigation.current?.full() ?? null,
  view: () => (navigation.current?.view ? { ...navigation.current.view } : null),
  busy: () => navigation.loading || app.unsaved || (navigation.current?.arrivedAt ?? 0) !== 0,
  paintTime: () => app.paintTime,
});

mount(Page, { target: document.getElementById('page')!, props: { app } });
