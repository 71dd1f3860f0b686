/** Tiles as bitmaps, fetched a few at a time, the oldest forgotten. Knows nothing of views. */

import { thumbnailUrl, tileUrl } from '../api/client';
import { tileKey, type Tile } from '../logic/tiles';

/** Bytes of decoded tiles kept: 4 for each pixel. */
const LIMIT = 256 * 2 ** 20;
const AT_ONCE = 6;

interface Request {
  key: string;
  url: string;
}

export class TileCache {
  private readonly kept = new Map<string, ImageBitmap>();
  private readonly loading = new Map<string, AbortController>();
  private readonly failed = new Map<string, number>();
  private requested: Request[] = [];
  private bytes = 0;

  /** changed: called when a tile arrived. refused: when the server has none. */
  constructor(
    private readonly changed: () => void,
    private readonly refused: () => void,
  ) {}

  get(picture: number, version: string, tile: Tile): ImageBitmap | undefined {
    const key = keyOf(picture, version, tile);
    const found = this.kept.get(key);
    if (found) {
      this.kept.delete(key);
      this.kept.set(key, found);
    }
    return found;
  }

  /** Request these tiles, in this order, and no others any more. */
  request(picture: number, version: string, tiles: readonly Tile[]): void {
    this.requested = tiles
      .map((tile) => ({
        key: keyOf(picture, version, tile),
        url: tileUrl(picture, tile.level, tile.column, tile.row, version),
      }))
      .filter(({ key }) => !this.kept.has(key));
    const keys = new Set(this.requested.map(({ key }) => key));
    for (const [key, controller] of this.loading)
      if (!keys.has(key) && !key.endsWith('/small')) controller.abort();
    this.next();
  }

  /** A small copy of the whole picture, for as long as no tile is loaded. */
  small(picture: number, version: string): ImageBitmap | undefined {
    const key = `${picture}@${version}/small`;
    if (
      !this.kept.has(key) &&
      !this.loading.has(key) &&
      performance.now() >= (this.failed.get(key) ?? 0)
    )
      void this.load({ key, url: thumbnailUrl(picture, version) });
    return this.kept.get(key);
  }

  /** Request tiles in advance, after the others. */
  requestAhead(picture: number, version: string, tiles: readonly Tile[]): void {
    const more = tiles.map((tile) => ({
      key: keyOf(picture, version, tile),
      url: tileUrl(picture, tile.level, tile.column, tile.row, version),
    }));
    this.requested = [...this.requested, ...more.filter(({ key }) => !this.kept.has(key))];
    this.next();
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
    this.bytes += size(bitmap);
    for (const [old, image] of this.kept) {
      if (this.bytes <= LIMIT || old === key) break;
      this.kept.delete(old);
      this.bytes -= size(image);
      image.close();
    }
    this.changed();
  }
}

const keyOf = (picture: number, version: string, tile: Tile) =>
  `${picture}@${version}/${tileKey(tile)}`;
const size = (bitmap: ImageBitmap) => bitmap.width * bitmap.height * 4;
