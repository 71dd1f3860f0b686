/** What goes over the wire. The server's OpenAPI description says the same. */

export type PictureStage = 'new' | 'work' | 'done';

export interface PictureRow {
  id: number;
  name: string;
  width: number;
  height: number;
  state: PictureStage;
  objects: number;
  version: number;
  problem: string | null;
  /** Changes when the file does; part of the tiles' addresses. */
  modified?: number | string;
}

export interface Click {
  /** Whole pixels, x right, y down; the top left pixel is (0, 0). */
  x: number;
  y: number;
  positive: boolean;
}

export interface PlacedClick extends Click {
  round: number;
}

/** A mask: row-major lengths over its tight box, background first. */
export interface RunsJson {
  left: number;
  top: number;
  width: number;
  height: number;
  runs: number[];
}

export interface DrawnObject {
  id: number;
  label: number | null;
  colour: string | null;
  visible: boolean;
  finished: boolean;
  keep_out: boolean;
  /** sha256 of the mask, null when it holds no pixel. */
  mask: string | null;
  /** Whether it began from a mask (import, brush, cleaning). */
  start: boolean;
  /** sha256 of the network that made the mask from clicks. */
  network: string | null;
  clicks: PlacedClick[];
  area: number;
}

export interface PictureDocument {
  /** Bottom to top. */
  objects: DrawnObject[];
  done: boolean;
}

export interface PictureState {
  picture: PictureRow;
  document: PictureDocument;
  masks: Record<string, RunsJson>;
  can_undo: boolean;
  can_redo: boolean;
  undo_text: string | null;
  redo_text: string | null;
}

export interface Label {
  id: number;
  name: string;
  colour: string;
  place: number;
}

export interface Counts {
  all: number;
  new: number;
  work: number;
  done: number;
}

export interface FormatInfo {
  name: string;
  title: string;
  cannot_hold: string[];
}

export interface Network {
  name: string;
  sha256: string;
  runtime: string;
  state: 'loading' | 'ready' | 'failed';
  problem: string | null;
}

export interface ProjectInfo {
  name: string;
  folder: string;
  labels: Label[];
  settings: Record<string, unknown>;
  counts: Counts;
  warnings: string[];
  network: Network | null;
  formats: FormatInfo[];
  version: string;
}

export interface PictureList {
  total: number;
  counts: Counts;
  items: PictureRow[];
}

export interface Change {
  author: string;
  time: number | string;
  text: string;
}

export interface ImportReport {
  pictures: number;
  objects: number;
  labels: string[];
  problems: string[];
  [more: string]: unknown;
}

export interface ExportReport {
  id: string;
  url: string;
  report: {
    text: string;
    pictures: number;
    objects: number;
    changed: { file_name: string; number: number; label: string; iou: number; lost: string[] }[];
  };
}

export type Action =
  | { type: 'click'; object: number | null; clicks: Click[]; label: number | null; keep_out: boolean | null }
  | { type: 'remove_click'; object: number; index: number }
  | { type: 'set_mask'; object: number | null; mask: RunsJson | null; label: number | null }
  | { type: 'clean'; object: number; fill_holes: number; drop_specks: number }
  | { type: 'reset_object'; object: number }
  | {
      type: 'edit_object';
      object: number;
      label?: number | null;
      visible?: boolean;
      finished?: boolean;
      keep_out?: boolean;
      colour?: string | null;
    }
  | { type: 'edit_objects'; objects: number[]; visible?: boolean; label?: number | null }
  | { type: 'move_object'; object: number; place: number }
  | { type: 'delete_objects'; objects: number[] }
  | { type: 'merge_objects'; object: number; objects: number[] }
  | { type: 'copy_objects'; picture: number }
  | { type: 'set_done'; done: boolean }
  | { type: 'undo' }
  | { type: 'redo' };
