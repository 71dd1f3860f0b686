/** One function for each address of the server. Knows nothing of the page. */

import type {
  Action,
  Change,
  Counts,
  ExportReport,
  ImportReport,
  Label,
  Network,
  PictureList,
  PictureState,
  ProjectInfo,
} from './types';

/** The server answered, and said no. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }
}

/** Somebody else changed the picture first. */
export class Conflict extends Refused {
  constructor(
    message: string,
    readonly changes: Change[],
    readonly state: PictureState,
  ) {
    super(409, message);
  }
}

/** No answer came: the connection is lost or the server is gone. */
export class Unreachable extends Error {}

async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method, credentials: 'same-origin', cache: 'no-store', signal };
  if (body instanceof FormData) init.body = body;
  else if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'Content-Type': 'application/json' };
  }
  let response: Response;
  let text: string;
  try {
    response = await fetch(`/api${path}`, init);
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable('The server does not answer.');
  }
  const data = parse(text);
  if (response.ok) return data as T;
  const said = (data ?? {}) as { error?: string; changes?: Change[]; state?: PictureState };
  const message = said.error ?? `The server answered with status ${response.status}.`;
  if (response.status === 409 && said.state) throw new Conflict(message, said.changes ?? [], said.state);
  const after = Number(response.headers.get('Retry-After'));
  throw new Refused(response.status, message, Number.isFinite(after) && after > 0 ? after : null);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const health = () => call<{ network: Network | null }>('GET', '/health');
export const project = (author: string) =>
  call<ProjectInfo>('GET', `/project?${new URLSearchParams({ author })}`);
export const saveSettings = (settings: Record<string, unknown>, author: string) =>
  call<Record<string, unknown>>('PUT', `/settings?${new URLSearchParams({ author })}`, settings);

export const addLabel = (name: string, colour?: string) =>
  call<{ labels: Label[] }>('POST', '/labels', colour ? { name, colour } : { name });
export const editLabel = (id: number, change: { name?: string; colour?: string; place?: number }) =>
  call<{ labels: Label[] }>('PATCH', `/labels/${id}`, change);
export const mergeLabel = (id: number, into: number) =>
  call<{ labels: Label[] }>('POST', `/labels/${id}/merge`, { into });
export const removeLabel = (id: number) => call<{ labels: Label[] }>('DELETE', `/labels/${id}`);

export function pictures(state: string, search: string, offset: number, limit: number) {
  const query = new URLSearchParams({ offset: String(offset), limit: String(limit) });
  if (state) query.set('state', state);
  if (search) query.set('search', search);
  return call<PictureList>('GET', `/pictures?${query}`);
}
export const scan = () => call<{ counts?: Counts }>('POST', '/pictures/scan', {});
export const picture = (id: number) => call<PictureState>('GET', `/pictures/${id}`);
export const act = (
  id: number,
  body: { version: number; action: Action; key: string; known: string[]; author: string },
) => call<PictureState>('POST', `/pictures/${id}/actions`, body);

export const thumbnailUrl = (id: number, modified: number | string) =>
  `/api/pictures/${id}/thumbnail?v=${modified}`;
export const tileUrl = (id: number, level: number, column: number, row: number, modified: number | string) =>
  `/api/pictures/${id}/tiles/${level}/${column}/${row}?v=${modified}`;

export function importFiles(files: readonly File[], format: string) {
  const form = new FormData();
  for (const file of files) form.append('file', file, file.name);
  return call<ImportReport>('POST', `/imports?format=${encodeURIComponent(format)}`, form);
}
export const importPath = (path: string, format: string) =>
  call<ImportReport>('POST', `/imports?format=${encodeURIComponent(format)}`, { path });
export const exportMasks = (format: string, onlyDone: boolean) =>
  call<ExportReport>('POST', '/exports', { format, only_done: onlyDone });
