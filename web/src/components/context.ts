/** How components get the page's state: App.svelte sets it once, all others below get it. */

import { createContext } from 'svelte';
import type { App } from '../state/app.svelte';

export const [getApp, setApp] = createContext<App>();
