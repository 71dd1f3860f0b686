/** Tiles as bitmaps, fetched a few at a time, the oldest forgotten. Knows nothing of views. */

import { thumbnailUrl, tileUrl } from '../api/client';
import { tileKey, type Tile } from '../logic/tiles';

/** Bytes of decoded tiles kept: 4 for each pixel. */
const LIMIT = 256 * 2 ** 20;
const AT_ONCE = 6;

interface Wanted {
  key: string;
  url: string;
}

export class TileCache {
  private readonly kept = new Map<string, ImageBitmap>();
  private readonly loading = new Map<string, AbortController>();
  private readonly failed = new Map<string, number>();
  private wanted: Wanted[] = [];
  private bytes = 0;

  /** changed: called when a tile came. refused: when the server said that there is none. */
  constructor(
    private readonly changed: () => void,
    private readonly refused: () => void,
  ) {}

  get(picture: number, version: number | string, tile: Tile): ImageBitmap | undefined {
    const key = keyOf(picture, version, tile);
    const found = this.kept.get(key);
    if (found) {
      this.kept.delete(key);
      this.kept.set(key, found);
    }
    return found;
  }

  /** Asks for these tiles, in this order, and for no others any more. */
  want(picture: number, version: number | string, tiles: readonly Tile[]): void {
    this.wanted = tiles
      .map((tile) => ({
        key: keyOf(picture, version, tile),
        url: tileUrl(picture, tile.level, tile.column, tile.row, version),
      }))
      .filter(({ key }) => !this.kept.has(key));
    const keys = new Set(this.wanted.map(({ key }) => key));
    for (const [key, controller] of this.loading)
      if (!keys.has(key) && !key.endsWith('/small')) controller.abort();
    this.next();
  }

  /** A small copy of the whole picture, for as long as no tile is there. */
  small(picture: number, version: number | string): ImageBitmap | undefined {
    const key = `${picture}@${version}/small`;
    if (!this.kept.has(key) && !this.loading.has(key) && performance.now() >= (this.failed.get(key) ?? 0))
      void this.load({ key, url: thumbnailUrl(picture, version) });
    return this.kept.get(key);
  }

  /** Asks for tiles in advance, after those that are wanted. */
  also(picture: number, version: number | string, tiles: readonly Tile[]): void {
    const more = tiles.map((tile) => ({
      key: keyOf(picture, version, tile),
      url: tileUrl(picture, tile.level, tile.column, tile.row, version),
    }));
    this.wanted = [...this.wanted, ...more.filter(({ key }) => !this.kept.has(key))];
    this.next();
  }

  private next(): void {
    for (const one of this.wanted) {
      if (this.loading.size >= AT_ONCE) return;
      const again = this.failed.get(one.key) ?? 0;
      if (!this.kept.has(one.key) && !this.loading.has(one.key) && performance.now() >= again)
        void this.load(one);
    }
  }

  private async load({ key, url }: Wanted): Promise<void> {
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

const keyOf = (picture: number, version: number | string, tile: Tile) =>
  `${picture}@${version}/${tileKey(tile)}`;
const size = (bitmap: ImageBitmap) => bitmap.width * bitmap.height * 4;
