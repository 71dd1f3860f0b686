/** The server's functions as the page's state uses them; tests pass others. */

import type * as client from '../api/client';

export type Api = typeof client;
