/** A server in memory: pictures, labels and settings behind the functions of the client. */

import { Conflict, Refused, Unreachable } from '../api/client';
import type {
  Action,
  CarryReport,
  DrawnObject,
  ExportReport,
  Job,
  Label,
  LearningStatus,
  Marked,
  Network,
  PictureRow,
  PictureState,
} from '../api/types';
import type { Api } from '../state/api';
import { object, row } from './states';

interface Stored {
  row: PictureRow;
  objects: DrawnObject[];
  mark: Marked;
  nextId: number;
}

type JobOf<Kind> = Extract<Job, { kind: Kind }>;

const EXPORTED: ExportReport = {
  id: 'made',
  report: { text: '', pictures: 1, objects: 1, changed: [], notes: [] },
  url: '/api/exports/made/photos-coco.zip',
};

export class FakeServer {
  readonly pictures = new Map<number, Stored>();
  labels: Label[] = [];
  labelCounts: Record<number, number> = {};
  settings: Record<string, Record<string, unknown>> = {};
  /** Everything that was asked, as "name argument". */
  readonly log: string[] = [];
  readonly actions: Action[] = [];
  learning: LearningStatus = {
    objects: 12,
    pictures: 4,
    needed: 30,
    held_out: 0,
    problem: 'too few objects',
    job: null,
    used: null,
    result: null,
  };
  /** The network that answers clicks. */
  network: Network | null = null;
  /** What a run that is begun returns. */
  learnt: LearningStatus['result'] = null;
  /** What was to be carried, and the outcome; null: it is refused. */
  readonly carries: object[] = [];
  carried: CarryReport | null = null;
  /** Long work by its id. */
  readonly jobs = new Map<string, Job>();
  /** Whether long work goes on until the test ends it. */
  working = false;
  /** Called with each request before it is answered. */
  before: (request: string) => void = () => undefined;
  /** Whether requests fail as if there were no server. */
  down = false;
  /** Held requests resolve when this is called; null: requests are answered at once. */
  private release: (() => void) | null = null;
  private held: Promise<void> = Promise.resolve();

  constructor(...names: string[]) {
    names.forEach((name, index) => this.addPicture(index + 1, name));
  }

  addPicture(id: number, name: string, more: Partial<PictureRow> = {}): void {
    const made = row({ id, name, state: 'new', version: 0, objects: 0, ...more });
    this.pictures.set(id, { row: made, objects: [], mark: null, nextId: 1 });
  }

  /** Mark a picture. */
  finish(id: number, mark: NonNullable<Marked> = 'done'): void {
    const stored = this.pictures.get(id)!;
    stored.mark = mark;
    stored.row = { ...stored.row, state: mark };
  }

  /** Hold all actions until `free` is called. */
  hold(): void {
    this.held = new Promise((resolve) => (this.release = resolve));
  }

  free(): void {
    this.release?.();
    this.release = null;
  }

  state(id: number): PictureState {
    const { row: stored, objects, mark: state } = this.pictures.get(id)!;
    const mark = state && { state, author: '', time: 0 };
    const done = state === 'done' || state === 'checked';
    return {
      picture: stored,
      document: { objects, done, mark },
      masks: {},
      can_undo: stored.version > 0,
      can_redo: false,
      undo_text: null,
      redo_text: null,
    };
  }

  /** The client's functions; those that no test needs are missing. */
  get api(): Api {
    const answer = async <T>(name: string, value: () => T): Promise<T> => {
      this.log.push(name);
      await Promise.resolve();
      this.before(name);
      if (this.down) throw new Unreachable('The server does not answer.');
      // As over the wire: nothing is shared.
      return structuredClone(value());
    };
    const labels = () => ({ labels: this.labels });
    const api: Partial<Api> = {
      health: () => answer('health', () => ({ status: 'ok', version: '', network: this.network })),
      project: (author) =>
        answer(`project ${author}`, () => ({
          name: 'photos',
          folder: '/photos',
          labels: this.labels,
          settings: this.settings[author] ?? {},
          counts: this.counts(),
          warnings: [],
          network: this.network,
          formats: [],
          version: '0',
        })),
      saveSettings: (settings, author) =>
        answer(`saveSettings ${author}`, () => (this.settings[author] = settings)),
      labelCounts: () => answer('labelCounts', () => ({ counts: this.labelCounts })),
      addLabel: (name, colour) =>
        answer(`addLabel ${name}`, () => {
          const id = Math.max(0, ...this.labels.map((label) => label.id)) + 1;
          const index = this.labels.length;
          this.labels = [
            ...this.labels,
            { id, name, colour, index, attributes: [], number: null, supercategory: '' },
          ];
          return labels();
        }),
      editLabel: (id, change) =>
        answer(`editLabel ${id}`, () => {
          const { name, colour } = change;
          this.labels = this.labels.map((label) =>
            label.id === id
              ? { ...label, name: name ?? label.name, colour: colour ?? label.colour }
              : label,
          );
          return labels();
        }),
      mergeLabel: (id) => this.withoutLabel('mergeLabel', id, answer),
      removeLabel: (id) => this.withoutLabel('removeLabel', id, answer),
      pictures: ({ state, search, offset = 0, limit = 200 }) =>
        answer(`pictures ${offset}`, () => {
          const rows = this.listed(state, search);
          const items = rows.slice(offset, offset + limit);
          return { total: rows.length, counts: this.counts(), items };
        }),
      indexOf: (id, { state, search }) =>
        answer(`indexOf ${id}`, () => {
          if (!this.pictures.has(id)) throw new Refused(404, 'that picture was removed', null);
          const index = this.listed(state, search).findIndex((found) => found.id === id);
          return { index: index < 0 ? null : index };
        }),
      nextPicture: ({ after, state, search }) =>
        answer(`nextPicture ${after ?? ''}`, () => {
          const all = [...this.pictures.values()].map((stored) => stored.row);
          const begin = all.findIndex((found) => found.id === after) + 1;
          const turned = [...all.slice(begin), ...all.slice(0, begin)];
          const fits = new Set(this.listed(state, search).map((found) => found.id));
          const states = state ? [state] : ['new', 'work'];
          const next = turned.find((found) => states.includes(found.state) && fits.has(found.id));
          const index = this.listed(state, search).findIndex((found) => found.id === next?.id);
          return { picture: next ?? null, index: next ? index : null };
        }),
      picture: (id) => answer(`picture ${id}`, () => this.state(id)),
      scan: () => answer('scan', () => this.begin('scan', { counts: this.counts() })),
      exportMasks: (format) =>
        answer(`exportMasks ${format}`, () => this.begin('export', EXPORTED)),
      learning: () => answer('learning', () => this.learning),
      startLearning: (minutes) =>
        answer(`startLearning ${minutes}`, () => {
          this.learning = { ...this.learning, result: this.learnt };
          return this.begin('learning', this.learnt);
        }),
      useLearnt: (run) =>
        answer(`useLearnt ${run ?? ''}`, () => (this.learning = { ...this.learning, used: run })),
      carry: (id, _, body) =>
        answer(`carry ${id}`, () => {
          if (!this.carried) throw new Refused(503, 'no network', null);
          this.carries.push({ id, ...body });
          for (const picture of this.carried.pictures)
            this.pictures.get(picture.id)!.objects = picture.objects.map((each) =>
              object(each.object, { start: true }),
            );
          return this.begin('carry', this.carried);
        }),
      job: (id) => answer(`job ${id}`, () => this.found(id)),
      cancelJob: (id) =>
        answer(`cancelJob ${id}`, () => {
          const job = this.found(id);
          if (this.working) this.jobs.set(id, { ...job, state: 'cancelled', result: null });
          return this.found(id);
        }),
      act: async (id, { version, action }) => {
        this.actions.push(structuredClone(action));
        await this.held;
        return answer(`act ${id} ${action.type}`, () => {
          const stored = this.pictures.get(id)!;
          if (version !== stored.row.version) throw new Conflict('changed', [], this.state(id));
          this.apply(stored, action);
          return this.state(id);
        });
      },
    };
    return api as Api;
  }

  /** A job that is done, or that runs until it is ended. */
  private begin<Kind extends Job['kind']>(kind: Kind, result: JobOf<Kind>['result']): JobOf<Kind> {
    const id = `job${this.jobs.size + 1}`;
    const now = this.working
      ? { state: 'running' as const, what: 'writing', done: 1, total: 4, result: null }
      : { state: 'done' as const, what: 'writing', done: 4, total: 4, result };
    const job = { id, kind, problem: null, ...now } as unknown as JobOf<Kind>;
    this.jobs.set(id, job);
    return job;
  }

  private found(id: string): Job {
    const job = this.jobs.get(id);
    if (!job) throw new Refused(404, 'this job is not known any more', null);
    return job;
  }

  private withoutLabel(
    name: string,
    id: number,
    answer: <T>(name: string, value: () => T) => Promise<T>,
  ): Promise<{ labels: Label[] }> {
    return answer(`${name} ${id}`, () => {
      this.labels = this.labels.filter((label) => label.id !== id);
      return { labels: this.labels };
    });
  }

  private listed(state?: string | null, search?: string): PictureRow[] {
    return [...this.pictures.values()]
      .map((stored) => stored.row)
      .filter((found) => !state || found.state === state)
      .filter((found) => !search || found.name.includes(search));
  }

  private counts() {
    const rows = [...this.pictures.values()].map((stored) => stored.row);
    const count = (state: string) => rows.filter((found) => found.state === state).length;
    return {
      all: rows.length,
      new: count('new'),
      work: count('work'),
      done: count('done'),
      doubtful: count('doubtful'),
      checked: count('checked'),
    };
  }

  /** Do an action as the server does it, as far as tests need it. */
  private apply(stored: Stored, action: Action): void {
    const edit = (id: number, change: (old: DrawnObject) => DrawnObject) => {
      stored.objects = stored.objects.map((old) => (old.id === id ? change(old) : old));
    };
    switch (action.type) {
      case 'click': {
        const id = action.object ?? stored.nextId++;
        if (action.object === null)
          stored.objects = [
            ...stored.objects,
            object(id, { label: action.label ?? null, tidy: action.tidy ?? 0 }),
          ];
        edit(id, (old) => {
          const round = (old.clicks.at(-1)?.round ?? -1) + 1;
          return {
            ...old,
            network: this.network?.identity ?? null,
            clicks: [
              ...old.clicks,
              ...action.clicks.map((click, index) => ({
                x: click.x,
                y: click.y,
                positive: click.positive ?? true,
                round,
                index: old.clicks.length + index,
              })),
            ],
          };
        });
        break;
      }
      case 'remove_click': {
        edit(action.object, (old) => ({
          ...old,
          clicks: old.clicks.filter((_, index) => index !== action.index),
        }));
        stored.objects = stored.objects.filter((old) => old.clicks.length > 0 || old.start);
        break;
      }
      case 'set_mask':
        if (action.object === null)
          stored.objects = [...stored.objects, object(stored.nextId++, { start: true })];
        else edit(action.object, (old) => ({ ...old, clicks: [], start: true }));
        break;
      case 'edit_object': {
        const { type: _type, object: id, ...change } = action;
        edit(id, (old) => ({ ...old, ...change }));
        break;
      }
      case 'edit_objects': {
        const { type: _type, objects: ids, ...change } = action;
        for (const id of ids) edit(id, (old) => ({ ...old, ...change }));
        break;
      }
      case 'delete_objects':
        stored.objects = stored.objects.filter((old) => !action.objects.includes(old.id));
        break;
      case 'copy_objects':
        for (const { label } of this.pictures.get(action.picture)!.objects)
          stored.objects = [...stored.objects, object(stored.nextId++, { label, start: true })];
        break;
      case 'mark_picture':
        stored.mark = action.mark;
        break;
      default:
        break;
    }
    stored.row = {
      ...stored.row,
      version: stored.row.version + 1,
      objects: stored.objects.length,
      state: stored.mark ?? (stored.objects.length > 0 ? 'work' : 'new'),
    };
  }
}
