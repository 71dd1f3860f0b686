/** The page's state in one value: makes its parts and connects them. Components get it by context.
 */

import type { Action, ExportReport, PictureState, ProjectInfo } from '../api/types';
import { noteFor } from '../logic/answer-notes';
import { keysOf, printed, withKeys, type Command } from '../logic/shortcuts';
import { ActiveMemory } from './active-memory';
import type { Api } from './api';
import { Brush } from './brush.svelte';
import { commandsOf, type Commands } from './commands';
import { Connection } from './connection.svelte';
import { Editing } from './editing.svelte';
import { GreyRange } from './grey-range.svelte';
import { Hints } from './hints.svelte';
import { JobWatch } from './job-watch.svelte';
import { Labels } from './labels.svelte';
import { Learning } from './learning.svelte';
import { lookedAt } from '../logic/view';
import { Navigation } from './navigation.svelte';
import { NetworkWatch } from './network.svelte';
import { messageOf, Notes } from './notes.svelte';
import type { OpenPicture } from './open-picture.svelte';
import { Outline } from './outline.svelte';
import { overlaysOf } from './overlays';
import type { Platform } from './platform';
import { Pointing } from './pointing.svelte';
import { Series } from './series.svelte';
import { Saving } from './saving.svelte';
import { Settings } from './settings.svelte';
import { Tour } from './tour.svelte';
import { Vertices } from './vertices.svelte';
import { Viewport } from './viewport.svelte';
import { said, t } from '../language/language.svelte';

export type DialogName =
  'help' | 'import' | 'export' | 'settings' | 'labels' | 'statistics' | 'learn';

/** States of pictures on which somebody has worked. */
const STARTED = ['work', 'done', 'doubtful', 'checked'] as const;

export class App {
  readonly notes: Notes;
  readonly connection: Connection;
  readonly settings: Settings;
  readonly network: NetworkWatch;
  readonly labels: Labels;
  readonly navigation: Navigation;
  readonly viewport: Viewport;
  readonly brush: Brush;
  readonly outline: Outline;
  readonly vertices: Vertices;
  readonly greyRange: GreyRange;
  readonly hints: Hints;
  readonly tour: Tour;
  readonly editing: Editing;
  readonly saving: Saving;
  readonly series: Series;
  readonly pointing: Pointing;
  readonly commands: Commands;
  /** Long work of the server that was begun on this page, also while its dialog is closed. */
  readonly scanning: JobWatch;
  readonly importing: JobWatch;
  readonly exporting: JobWatch;
  readonly learningJob: JobWatch;
  readonly learning: Learning;
  readonly carrying: JobWatch;
  /** An export that was made while its dialog was closed. */
  exported: ExportReport | null = $state.raw(null);
  project: ProjectInfo | null = $state.raw(null);
  /** Why the page cannot start. */
  failure = $state('');
  dialog: DialogName | null = $state(null);
  /** Whether the panel for brightness and contrast is open. */
  adjusting = $state(false);
  /** The list of pictures or the panel of objects, on narrow screens. */
  drawer: 'pictures' | 'objects' | null = $state(null);
  /** Whether the field that searches pictures is to get the keys. */
  finding = $state(false);
  /** Whether the list of labels is open for typing. */
  pickingLabel = $state(false);
  /** Milliseconds from the last answer to its mask on screen. */
  paintTime = 0;
  readonly overlays = $derived.by(() => {
    const current = this.navigation.current;
    if (!current) return [];
    return overlaysOf({
      objects: current.document.objects,
      activeId: current.activeId,
      maskOf: (object) => current.visibleMask(object),
      stroke: this.brush.stroke ?? this.vertices.change,
      labels: this.labels.all,
      lit: new Set([
        ...this.editing.chosen,
        ...(this.editing.listed === null ? [] : [this.editing.listed]),
      ]),
      armed: this.labels.armed,
    });
  });

  constructor(
    readonly api: Api,
    readonly platform: Platform,
  ) {
    const current = () => this.navigation.current;
    this.notes = new Notes(platform);
    this.connection = new Connection(() => api.health(), platform);
    const watch = () => new JobWatch(api, this.connection);
    [this.scanning, this.importing, this.exporting] = [watch(), watch(), watch()];
    this.learningJob = watch();
    this.carrying = watch();
    this.settings = new Settings(api, platform);
    this.greyRange = new GreyRange(api);
    this.network = new NetworkWatch(api, this.notes, platform);
    this.learning = new Learning({
      api,
      watch: this.learningJob,
      network: this.network,
      notes: this.notes,
      settings: this.settings,
      platform,
      isOpen: () => this.dialog === 'learn',
      open: () => (this.dialog = 'learn'),
    });
    this.labels = new Labels(api, this.notes, async () => {
      this.navigation.forgetOthers();
      await this.navigation.refresh();
    });
    this.navigation = new Navigation({
      api,
      notes: this.notes,
      connection: this.connection,
      scanning: this.scanning,
      platform,
      memory: new ActiveMemory(platform),
      host: {
        api,
        author: () => this.settings.author,
        sleep: (milliseconds) => this.connection.sleep(milliseconds),
        now: () => platform.now(),
        arrived: (picture, before, action) => this.arrived(picture, before, action),
        refused: (picture, message) => this.refused(picture, message),
      },
      leaving: () => this.leaving(),
      flush: () => this.flush(),
      shown: (picture) => this.viewport.prepare(picture),
    });
    this.viewport = new Viewport(current);
    this.brush = new Brush(current, this.labels, this.settings);
    this.outline = new Outline(current, this.labels);
    this.tour = new Tour(this.settings);
    this.hints = new Hints(current, this.settings, this.tour);
    this.editing = new Editing({
      current,
      overlays: () => this.overlays,
      network: () => this.network.info,
      keyOf: (command) => this.keyOf(command),
      lookedAt: () => {
        const { view, picture, box } = this.viewport;
        return view && picture ? lookedAt(view, picture, box) : null;
      },
      labels: this.labels,
      settings: this.settings,
      hints: this.hints,
      notes: this.notes,
    });
    this.vertices = new Vertices(current, this.editing, this.viewport, this.labels);
    this.saving = new Saving(this.navigation, this.notes);
    this.series = new Series({
      api,
      watch: this.carrying,
      navigation: this.navigation,
      labels: this.labels,
      settings: this.settings,
      notes: this.notes,
      chosen: () => this.editing.chosen,
    });
    this.pointing = new Pointing({
      current,
      editing: this.editing,
      brush: this.brush,
      outline: this.outline,
      vertices: this.vertices,
      overlays: () => this.overlays,
      viewport: this.viewport,
      settings: this.settings,
      now: () => platform.now(),
    });
    this.commands = commandsOf(this);
  }

  async start(): Promise<void> {
    try {
      this.project = await this.api.project(this.settings.author);
      this.settings.load(this.project.settings);
      this.labels.load(this.project.labels);
      for (const warning of this.project.warnings) this.notes.add(warning, 'warning');
      void this.network.watch(this.project.network);
      this.learning.begin();
      await this.navigation.start();
      const { counts } = this.navigation.index;
      const { new: fresh, ...others } = counts;
      this.tour.offer(fresh > 0 && !STARTED.some((state) => others[state] > 0));
    } catch (error) {
      this.failure = messageOf(error);
    }
  }

  /** After an import labels, list and the open picture may have changed. */
  async imported(): Promise<void> {
    this.labels.load((await this.api.project(this.settings.author)).labels);
    this.navigation.forgetOthers();
    const { index } = this.navigation;
    await this.navigation.filter(index.filter, index.search);
    await this.navigation.refresh();
  }

  /** Whether something would be lost if the page were closed now. */
  get unsaved(): boolean {
    return this.editing.collected.length > 0 || this.saving.unsent.length > 0;
  }

  /** The first key of a command, as it is printed; empty without one. */
  keyOf(command: Command): string {
    const [first] = keysOf(command, this.settings.values.shortcuts);
    return first ? printed(first, this.platform.mac).join('+') : '';
  }

  /** The tooltip of a button: its title, and the key of its command. */
  tip(title: string, command: Command): string {
    return withKeys(said(title), command, this.settings.values.shortcuts, this.platform.mac);
  }

  /** Try to reach the server now. */
  reconnect(): void {
    this.connection.wake();
    void this.navigation.refresh();
  }

  /** Step back from whatever is under way, the most recent first. */
  cancel(): void {
    const { editing, brush, viewport } = this;
    if (editing.collected.length > 0) editing.collected = [];
    else if (brush.stroke) brush.cancel();
    else if (this.pointing.dragging) this.pointing.cancelDrag();
    else if (this.outline.corners.length > 0) this.outline.cancel();
    else if (this.vertices.dragging) this.vertices.cancel();
    else if (this.adjusting) this.adjusting = false;
    else if (this.drawer) this.drawer = null;
    else if (editing.tool !== 'click') editing.tool = 'click';
    else if (viewport.cross) viewport.cross = null;
    else if (editing.chosen.length > 0) editing.chosen = [];
    else editing.activate(null);
  }

  /** Send what is under way on the picture: collected clicks and a stroke of the brush. */
  private flush(): void {
    this.editing.flush();
    this.brush.end();
  }

  /** Another picture will be shown: what is under way belongs to this one. */
  private leaving(): void {
    this.flush();
    this.brush.forget();
    this.outline.cancel();
    this.vertices.cancel();
    this.pointing.cancelDrag();
    this.editing.hovered = null;
    this.editing.chosen = [];
    this.viewport.cross = null;
  }

  /** Say what the server refused, and on which picture if that is not on screen any more. */
  private refused(picture: OpenPicture, message: string): void {
    const here = picture === this.navigation.current;
    this.notes.add(here ? message : `${picture.name}: ${message}`, 'error');
  }

  private arrived(picture: OpenPicture, before: PictureState, action: Action | null): void {
    this.connection.restored();
    this.navigation.index.update(picture.state.picture);
    const nameOf = this.labels.nameOf.bind(this.labels);
    if (action) this.editing.noteChange(picture, before, action);
    const finishes = action?.type === 'edit_object' && action.finished;
    if (finishes || action?.type === 'mark_picture') this.learning.noteFinish();
    const note = action && noteFor(action, before, picture.state, nameOf);
    if (note) this.notes.add(note.text, note.kind);
    const made = new Map(before.document.objects.map(({ id, network }) => [id, network]));
    const { objects } = picture.state.document;
    void this.network.meet(objects.filter(({ id, network }) => made.get(id) !== network));
    const object = picture.active;
    if (object && picture === this.navigation.current && picture.status === 'busy')
      this.notes.announce(t('{name}: {area} pixels', { name: nameOf(object), area: object.area }));
  }
}
