/** Objects carried through a series of pictures, and the film strip in which they are checked. */

import { SvelteMap } from 'svelte/reactivity';
import type { CarryReport, DrawnObject, Label, PictureRow } from '../api/types';
import { objectColour } from '../logic/colours';
import { outlinePath } from '../logic/film';
import { fromRuns, type Spans } from '../logic/spans';
import { plural, t } from '../language/language.svelte';
import type { Api } from './api';
import type { JobWatch } from './job-watch.svelte';
import type { Labels } from './labels.svelte';
import type { Navigation } from './navigation.svelte';
import type { Notes } from './notes.svelte';
import type { OpenPicture } from './open-picture.svelte';
import type { Settings } from './settings.svelte';

/** A picture that objects were carried to. */
export type Frame = CarryReport['pictures'][number];

/** Whether all objects of a frame were on its picture before. */
const wasThere = (objects: Frame['objects']) => objects.every(({ score }) => score === null);

/** The lowest score of what was carried to a picture; null if all of it was there before. */
export const leastScore = ({ objects }: Frame): number | null =>
  wasThere(objects) ? null : Math.min(...objects.map(({ score }) => score ?? 1));

/** What a frame shows, as it was when it was last looked at. */
export interface Details {
  row: PictureRow;
  /** Outlines of the carried objects that are there. */
  shapes: readonly { path: string; colour: string }[];
  /** Whether a carried object is there still. */
  present: boolean;
}

export interface SeriesParts {
  api: Pick<Api, 'carry' | 'picture'>;
  watch: JobWatch;
  navigation: Navigation;
  labels: Labels;
  settings: Settings;
  notes: Notes;
  /** The chosen objects; empty: all of the picture. */
  chosen(): readonly number[];
}

export class Series {
  frames: readonly Frame[] = $state.raw([]);
  /** Why the objects were carried no further, a sentence each. */
  reasons: readonly string[] = $state.raw([]);
  readonly details = new SvelteMap<number, Details>();
  private readonly asked = new Set<number>();

  constructor(private readonly parts: SeriesParts) {}

  /** Whether there is something to see: frames, reasons, or work under way. */
  get open(): boolean {
    return this.frames.length > 0 || this.reasons.length > 0 || this.parts.watch.now !== null;
  }

  /** Carry the chosen objects, or all, through the next pictures of the list. */
  async carry(): Promise<void> {
    const { api, watch, navigation, settings, notes } = this.parts;
    if (watch.now) return;
    const source = await navigation.sourceFor('carry');
    if (!source) return;
    const chosen = this.parts.chosen();
    const { objects } = source.document;
    this.close();
    try {
      const report = await watch.run(() =>
        api.carry(source.id, navigation.index.query, {
          objects: chosen.length > 0 ? [...chosen] : null,
          count: settings.values.carryCount,
          share: settings.values.carryShare,
          author: settings.author,
        }),
      );
      if (report) await this.show(report, objects);
    } catch (error) {
      notes.error(error);
    }
  }

  /** Show the pictures that objects were carried to, and say why not further. */
  private async show(report: CarryReport, objects: readonly DrawnObject[]): Promise<void> {
    const { labels, navigation, notes } = this.parts;
    const nameOf = (id: number) => {
      const object = objects.find((each) => each.id === id);
      return object ? labels.nameOf(object) : String(id);
    };
    const present = report.pictures.filter(({ objects }) => wasThere(objects)).length;
    const carried = report.pictures.length - present;
    this.frames = report.pictures;
    this.reasons = [
      ...report.stops.map(({ source, picture, score }) =>
        score === null
          ? t('{name} stopped before {picture}: it is not found there.', {
              name: nameOf(source),
              picture,
            })
          : t('{name} stopped before {picture}: its score fell to {score}.', {
              name: nameOf(source),
              picture,
              score: score.toFixed(2),
            }),
      ),
      ...(present > 0
        ? [t('There already: {count}, kept unchanged.', { count: plural(present, 'picture') })]
        : []),
      ...(report.ended ? [report.ended] : []),
    ];
    const count = plural(carried, 'picture');
    const summary =
      carried > 0
        ? t('Carried to {count}. Check them in the film strip.', { count })
        : t('Nothing was carried.');
    notes.add([summary, ...this.reasons].join(' '), 'info');
    navigation.forgetOthers();
    await navigation.filter(navigation.index.filter, navigation.index.search);
  }

  /** Load what a frame shows, once. */
  async load(frame: Frame): Promise<void> {
    if (this.asked.has(frame.id)) return;
    this.asked.add(frame.id);
    try {
      const state = await this.parts.api.picture(frame.id);
      const maskOf = (sha: string) => (state.masks[sha] ? fromRuns(state.masks[sha]) : null);
      this.note(frame, state.picture, state.document.objects, maskOf);
    } catch {
      this.asked.delete(frame.id);
    }
  }

  /** Follow the picture on screen: its frame shows what it is now. */
  follow(picture: OpenPicture): void {
    const frame = this.frames.find(({ id }) => id === picture.id);
    if (!frame) return;
    this.asked.add(frame.id);
    const { objects } = picture.state.document;
    this.note(frame, picture.state.picture, objects, (sha) => picture.maskOf(sha));
  }

  /** Show the picture of a frame, its first carried object open. */
  async visit(frame: Frame): Promise<void> {
    const { navigation, notes } = this.parts;
    try {
      const picture = await navigation.load(frame.id);
      await navigation.visit(picture);
      const there = frame.objects.find(({ object }) =>
        picture.document.objects.some(({ id }) => id === object),
      );
      if (there && navigation.current === picture) picture.activeId = there.object;
    } catch (error) {
      notes.error(error);
    }
  }

  /** Remove what was carried to a picture. */
  async reject(frame: Frame): Promise<void> {
    const { navigation, notes } = this.parts;
    try {
      const picture = await navigation.load(frame.id);
      const there = new Set(picture.document.objects.map(({ id }) => id));
      const objects = frame.objects.map(({ object }) => object).filter((id) => there.has(id));
      if (objects.length > 0) picture.add({ type: 'delete_objects', objects });
      await picture.idle();
      this.follow(picture);
      notes.announce(t('Removed from {name}', { name: frame.name }));
    } catch (error) {
      notes.error(error);
    }
  }

  close(): void {
    this.frames = [];
    this.reasons = [];
    this.details.clear();
    this.asked.clear();
  }

  private note(
    frame: Frame,
    row: PictureRow,
    objects: readonly DrawnObject[],
    maskOf: (sha: string) => Spans | null,
  ): void {
    const labels: readonly Label[] = this.parts.labels.all;
    const carried = new Set(frame.objects.map(({ object }) => object));
    const there = objects.filter(({ id }) => carried.has(id));
    const shapes = there.flatMap((object) => {
      const mask = object.mask ? maskOf(object.mask) : null;
      return mask ? [{ path: outlinePath(mask, row), colour: objectColour(object, labels) }] : [];
    });
    this.details.set(frame.id, { row, shapes, present: there.length > 0 });
  }
}
