/** One function for each address of the server, typed by its OpenAPI description. Knows nothing of
 * the page.
 */

import { windowText, type GreyWindow } from '../logic/grey-window';
import type { paths } from './schema';
import type {
  ActionRequest,
  CarryRequest,
  Change,
  LabelChange,
  ListQuery,
  PictureState,
} from './types';

/** The server answered with an error. */
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

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Json<Part> = Part extends { content: { 'application/json': infer Value } } ? Value : never;
type Success<Responses> = Json<Responses[keyof Responses & (200 | 201 | 202)]>;
/** Methods that an address has. */
type MethodOf<Path extends keyof paths> = {
  [Name in Method]: paths[Path][Name] extends { responses: object } ? Name : never;
}[Method];
type Answer<Path extends keyof paths, Name extends Method> = paths[Path][Name] extends {
  responses: infer Responses;
}
  ? Success<Responses>
  : never;
type Parameters<Path extends keyof paths, Name extends Method> = paths[Path][Name] extends {
  parameters: infer Given;
}
  ? { [Key in keyof Given & ('path' | 'query')]: Given[Key] }
  : never;
type Body<Path extends keyof paths, Name extends Method> = paths[Path][Name] extends {
  requestBody: infer Content;
}
  ? Json<Content> | FormData
  : never;

interface Request<Path extends keyof paths, Name extends Method> {
  parameters?: Partial<Parameters<Path, Name>>;
  body?: Body<Path, Name>;
}

async function call<Path extends keyof paths, Name extends MethodOf<Path>>(
  method: Name,
  path: Path,
  { parameters, body }: Request<Path, Name> = {},
): Promise<Answer<Path, Name>> {
  const init: RequestInit = {
    method: method.toUpperCase(),
    credentials: 'same-origin',
    cache: 'no-store',
  };
  if (body instanceof FormData) init.body = body;
  else if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'Content-Type': 'application/json' };
  }
  let response: Response;
  let text: string;
  try {
    response = await fetch(address(path, parameters ?? {}), init);
    text = await response.text();
  } catch {
    throw new Unreachable('The server does not answer.');
  }
  const data = parse(text);
  if (response.ok) return data as Answer<Path, Name>;
  throw refusal(response, data);
}

/** An address with its path and query filled in; query values that are not given are left out. */
export function address(
  path: string,
  { path: parts = {}, query = {} }: { path?: unknown; query?: unknown },
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String((parts as Record<string, unknown>)[name])),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query as Record<string, unknown>))
    if (value !== undefined && value !== null) search.set(name, String(value));
  return search.size > 0 ? `${filled}?${search}` : filled;
}

function refusal(response: Response, data: unknown): Refused {
  const body = (data ?? {}) as { error?: string; changes?: Change[]; state?: PictureState };
  const message = body.error ?? `The server answered with status ${response.status}.`;
  if (response.status === 409 && body.state)
    return new Conflict(message, body.changes ?? [], body.state);
  const after = Number(response.headers.get('Retry-After'));
  return new Refused(response.status, message, Number.isFinite(after) && after > 0 ? after : null);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const health = () => call('get', '/api/health');
export const project = (author: string) =>
  call('get', '/api/project', { parameters: { query: { author } } });
export const saveSettings = (settings: Record<string, unknown>, author: string) =>
  call('put', '/api/settings', {
    parameters: { query: { author } },
    body: settings as Body<'/api/settings', 'put'>,
  });

/** days: how many, with today, divided by this machine's clock. */
export const statistics = (days: number) =>
  call('get', '/api/statistics', {
    parameters: { query: { days, offset: -60 * new Date().getTimezoneOffset() } },
  });
export const labelCounts = () => call('get', '/api/labels/counts');
export const addLabel = (name: string, colour: string) =>
  call('post', '/api/labels', { body: { name, colour } });
export const editLabel = (label: number, change: LabelChange) =>
  call('patch', '/api/labels/{label}', { parameters: { path: { label } }, body: change });
export const mergeLabel = (label: number, into: number) =>
  call('post', '/api/labels/{label}/merge', { parameters: { path: { label } }, body: { into } });
export const removeLabel = (label: number) =>
  call('delete', '/api/labels/{label}', { parameters: { path: { label } } });

export const pictures = (
  query: NonNullable<paths['/api/pictures']['get']['parameters']['query']>,
) => call('get', '/api/pictures', { parameters: { query } });
/** How many pictures each person has; "" is nobody. */
export const people = () => call('get', '/api/pictures/people');
/** Divide the pictures of a list among people; without a name they are nobody's. */
export const assign = (names: string[], query: ListQuery) =>
  call('post', '/api/pictures/assign', { parameters: { query }, body: { names } });
/** The index of a picture in a list, from 0; null: the list leaves it out. */
export const indexOf = (id: number, query: ListQuery) =>
  call('get', '/api/pictures/{picture}/index', {
    parameters: { path: { picture: id }, query },
  });
/** The first picture of a list in a state, or to do, behind another one or from the start. */
export const nextPicture = (query: ListQuery & { after?: number }) =>
  call('get', '/api/pictures/next', { parameters: { query } });
/** Begins a job, as imports and exports do. */
export const scan = () => call('post', '/api/pictures/scan');
export const picture = (id: number) =>
  call('get', '/api/pictures/{picture}', { parameters: { path: { picture: id } } });
export const act = (id: number, request: ActionRequest) =>
  call('post', '/api/pictures/{picture}/actions', {
    parameters: { path: { picture: id } },
    body: request,
  });

/** Carry objects to the next pictures of a list, in a job. */
export const carry = (id: number, query: ListQuery, body: CarryRequest) =>
  call('post', '/api/pictures/{picture}/carry', {
    parameters: { path: { picture: id }, query },
    body,
  });
/** The range of the values of a picture of more than 8 bits; null for others. */
export const valueRange = (id: number) =>
  call('get', '/api/pictures/{picture}/range', { parameters: { path: { picture: id } } });
/** modified: the row's; a file that was replaced has another address, and so has each window. */
export const thumbnailUrl = (picture: number, modified: string, window: GreyWindow | null = null) =>
  address('/api/pictures/{picture}/thumbnail', {
    path: { picture },
    query: { v: modified, window: window && windowText(window) },
  });
export const tileUrl = (
  picture: number,
  level: number,
  column: number,
  row: number,
  modified: string,
  window: GreyWindow | null = null,
) =>
  address(`/api/pictures/${picture}/tiles/${level}/${column}/${row}`, {
    query: { v: modified, window: window && windowText(window) },
  });

export function importFiles(files: readonly File[], format: string) {
  const form = new FormData();
  for (const file of files) form.append('file', file, file.name);
  return call('post', '/api/imports', { parameters: { query: { format } }, body: form });
}
export const importPath = (path: string, format: string) =>
  call('post', '/api/imports', { parameters: { query: { format } }, body: { path } });
export const exportMasks = (format: string, only: 'all' | 'done' | 'checked') =>
  call('post', '/api/exports', {
    body: { format, only_done: only === 'done', only_checked: only === 'checked' },
  });

export const learning = () => call('get', '/api/learning');
/** Begins a job that trains and measures. minutes: of training. */
export const startLearning = (minutes: number) =>
  call('post', '/api/learning', { body: { minutes } });
/** Use the network of a run; null: the old network. */
export const useLearnt = (run: string | null) =>
  call('put', '/api/learning/network', { body: { run } });

export const job = (id: string) =>
  call('get', '/api/jobs/{job}', { parameters: { path: { job: id } } });
/** Ends it at its next picture. */
export const cancelJob = (id: string) =>
  call('delete', '/api/jobs/{job}', { parameters: { path: { job: id } } });
