/** Tiles as bitmaps, fetched a few at a time, the oldest forgotten. Knows nothing of views. */

import { thumbnailUrl, tileUrl } from '../api/client';
import { windowText, type GreyWindow } from '../logic/grey-window';
import { tileKey, type Tile } from '../logic/tiles';

/** Bytes of decoded tiles kept: 4 for each pixel. */
const LIMIT = 256 * 2 ** 20;
const AT_ONCE = 6;

/** A picture as it is shown: its file, and the window of its values. */
export interface Source {
  id: number;
  modified: string;
  window: GreyWindow | null;
}

interface Request {
  key: string;
  url: string;
}

export class TileCache {
  private readonly kept = new Map<string, ImageBitmap>();
  private readonly loading = new Map<string, AbortController>();
  private readonly failed = new Map<string, number>();
  /** The key that came last of each tile, in whatever window. */
  private readonly latest = new Map<string, string>();
  private requested: Request[] = [];
  private bytes = 0;

  /** changed: called when a tile arrived. refused: when the server has none. */
  constructor(
    private readonly changed: () => void,
    private readonly refused: () => void,
  ) {}

  /** A tile; until it is loaded in this window the one of the window before, so that a picture does
   * not go dark while a window is moved.
   */
  get(source: Source, tile: Tile): ImageBitmap | undefined {
    const key = keyOf(source, tile);
    return this.used(key) ?? this.used(this.latest.get(withoutWindow(key)) ?? '');
  }

  /** Request these tiles, in this order, and no others any more. */
  request(source: Source, tiles: readonly Tile[]): void {
    this.requested = this.missing(source, tiles);
    const keys = new Set(this.requested.map(({ key }) => key));
    for (const [key, controller] of this.loading)
      if (!keys.has(key) && !key.endsWith('/small')) controller.abort();
    this.next();
  }

  /** A small copy of the whole picture, for as long as no tile is loaded. */
  small({ id, modified, window }: Source): ImageBitmap | undefined {
    const key = `${prefix({ id, modified, window })}/small`;
    if (
      !this.kept.has(key) &&
      !this.loading.has(key) &&
      performance.now() >= (this.failed.get(key) ?? 0)
    )
      void this.load({ key, url: thumbnailUrl(id, modified, window) });
    return this.kept.get(key);
  }

  /** Request tiles in advance, after the others. */
  requestAhead(source: Source, tiles: readonly Tile[]): void {
    this.requested = [...this.requested, ...this.missing(source, tiles)];
    this.next();
  }

  private missing(source: Source, tiles: readonly Tile[]): Request[] {
    const { id, modified, window } = source;
    return tiles
      .map((tile) => ({
        key: keyOf(source, tile),
        url: tileUrl(id, tile.level, tile.column, tile.row, modified, window),
      }))
      .filter(({ key }) => !this.kept.has(key));
  }

  /** The bitmap of a key, which is now the one that was used last. */
  private used(key: string): ImageBitmap | undefined {
    const found = this.kept.get(key);
    if (found) {
      this.kept.delete(key);
      this.kept.set(key, found);
    }
    return found;
  }

  private next(): void {
    for (const tile of this.requested) {
      if (this.loading.size >= AT_ONCE) return;
      const retryAt = this.failed.get(tile.key) ?? 0;
      if (!this.kept.has(tile.key) && !this.loading.has(tile.key) && performance.now() >= retryAt)
        void this.load(tile);
    }
  }

  private async load({ key, url }: Request): Promise<void> {
    const controller = new AbortController();
    this.loading.set(key, controller);
    try {
      const response = await fetch(url, { credentials: 'same-origin', signal: controller.signal });
      if (response.status >= 400 && response.status < 500) this.refused();
      if (!response.ok) throw new Error(String(response.status));
      this.keep(key, await createImageBitmap(await response.blob()));
      this.failed.delete(key);
    } catch {
      if (!controller.signal.aborted) {
        this.failed.set(key, performance.now() + 3000);
        setTimeout(() => this.next(), 3100);
      }
    }
    this.loading.delete(key);
    this.next();
  }

  private keep(key: string, bitmap: ImageBitmap): void {
    this.kept.set(key, bitmap);
    this.latest.set(withoutWindow(key), key);
    this.bytes += size(bitmap);
    for (const [old, image] of this.kept) {
      if (this.bytes <= LIMIT || old === key) break;
      this.kept.delete(old);
      if (this.latest.get(withoutWindow(old)) === old) this.latest.delete(withoutWindow(old));
      this.bytes -= size(image);
      image.close();
    }
    this.changed();
  }
}

const prefix = ({ id, modified, window }: Source) =>
  `${id}@${modified}${window ? `:${windowText(window)}` : ''}`;
const keyOf = (source: Source, tile: Tile) => `${prefix(source)}/${tileKey(tile)}`;
const withoutWindow = (key: string) => key.replace(/:[^/]*/, '');
const size = (bitmap: ImageBitmap) => bitmap.width * bitmap.height * 4;
