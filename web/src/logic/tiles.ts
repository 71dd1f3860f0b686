/** Which tiles of the pyramid a view needs. Level n holds the picture at scale 1 / 2^n, in tiles
 * of 512 pixels.
 */

import type { Rect, Size } from './view';

export const TILE = 512;

export interface Tile {
  level: number;
  column: number;
  row: number;
}

/** The level that holds the whole picture in one tile. */
export function topLevel(picture: Size): number {
  return Math.max(0, Math.ceil(Math.log2(Math.max(picture.width, picture.height) / TILE)));
}

/** The coarsest level that still has a pixel for each pixel of the screen. */
export function levelFor(scale: number, pixelRatio: number, picture: Size): number {
  const level = Math.floor(Math.log2(1 / (scale * pixelRatio)) + 1e-6);
  return Math.min(Math.max(level, 0), topLevel(picture));
}

/** What a tile covers, in pixels of the picture. */
export function covers(tile: Tile, picture: Size): Rect {
  const side = TILE * 2 ** tile.level;
  return {
    left: tile.column * side,
    top: tile.row * side,
    right: Math.min((tile.column + 1) * side, picture.width),
    bottom: Math.min((tile.row + 1) * side, picture.height),
  };
}

/** The tiles of a level that meet the part of the picture, the middle ones first. */
export function tilesIn(level: number, part: Rect): Tile[] {
  if (part.left >= part.right || part.top >= part.bottom) return [];
  const side = TILE * 2 ** level;
  const tiles: Tile[] = [];
  for (let row = Math.floor(part.top / side); row * side < part.bottom; row++)
    for (let column = Math.floor(part.left / side); column * side < part.right; column++)
      tiles.push({ level, column, row });
  const x = (part.left + part.right) / 2 / side - 0.5;
  const y = (part.top + part.bottom) / 2 / side - 0.5;
  const far = (tile: Tile) => Math.hypot(tile.column - x, tile.row - y);
  return tiles.sort((a, b) => far(a) - far(b));
}

export const tileKey = (tile: Tile) => `${tile.level}/${tile.column}/${tile.row}`;
