/** The canvas: three layers (picture, masks, marks) in one or two panes. Shows a scene; decides
 * nothing.
 */

import Konva from 'konva/lib/Core';
import { Shape } from 'konva/lib/Shape';
import type { ViewClick } from '../logic/pending';
import type { Tile } from '../logic/tiles';
import type { Point, Size, View } from '../logic/view';
import {
  paintBrush,
  paintCross,
  paintDrawing,
  paintHandles,
  paintMarker,
  paintMasks,
  paintOverlay,
  paintPicture,
  type Context,
  type Drawing,
  type Handles,
  type Overlay,
} from './painter';
import { Paths } from './paths';

export type PaneKind = 'overlay' | 'masks' | 'picture';

export interface Pane {
  kind: PaneKind;
  left: number;
}

export interface Scene {
  picture: Size;
  view: View;
  /** All panes have the same size. */
  panes: readonly Pane[];
  box: Size;
  overlays: readonly Overlay[];
  opacity: number;
  clicks: readonly ViewClick[];
  drawings: readonly Drawing[];
  handles: Handles | null;
  hovered: number | null;
  /** Whether a press removes the hovered click. */
  removing: boolean;
  markerRadius: number;
  /** Where the pointer's circle or the keyboard's cross is, in the pane. */
  brush: { at: Point; radius: number; erase: boolean } | null;
  cross: Point | null;
}

export class Surface {
  private readonly stage: Konva.Stage;
  private readonly layers: Konva.Layer[];
  private readonly paths = new Paths();
  private scene: Scene | null = null;

  /** tile: the bitmap of a tile if it is loaded. small: of the whole picture, instead of tiles.
   * painted: called after each frame.
   */
  constructor(
    container: HTMLDivElement,
    private readonly tile: (tile: Tile) => ImageBitmap | undefined,
    private readonly small: () => ImageBitmap | undefined,
    painted: () => void,
  ) {
    this.stage = new Konva.Stage({ container, width: 1, height: 1, listening: false });
    this.layers = [this.layer(this.picture), this.layer(this.masks), this.layer(this.marks)];
    this.layers[1]!.on('draw', painted);
  }

  resize(size: Size): void {
    this.stage.size(size);
  }

  show(scene: Scene): void {
    const old = this.scene;
    this.scene = scene;
    const moved =
      !old || old.view !== scene.view || old.panes !== scene.panes || old.picture !== scene.picture;
    if (moved) this.layers[0]!.batchDraw();
    if (moved || old.overlays !== scene.overlays || old.opacity !== scene.opacity)
      this.layers[1]!.batchDraw();
    this.layers[2]!.batchDraw();
  }

  /** Show the picture through a filter of style sheets; empty: as it is. Masks stay as they are. */
  filter(value: string): void {
    this.layers[0]!.getNativeCanvasElement().style.filter = value;
  }

  /** Shows nothing. */
  clear(): void {
    this.scene = null;
    for (const layer of this.layers) layer.batchDraw();
  }

  /** A tile arrived. */
  repaint(): void {
    this.layers[0]!.batchDraw();
  }

  destroy(): void {
    this.stage.destroy();
  }

  private layer(paint: (context: Context, scene: Scene, pane: Pane) => void): Konva.Layer {
    const layer = new Konva.Layer({ listening: false });
    layer.add(
      new Shape({
        listening: false,
        perfectDrawEnabled: false,
        sceneFunc: ({ _context: context }) => {
          const scene = this.scene;
          if (!scene) return;
          for (const pane of scene.panes) {
            context.save();
            context.beginPath();
            context.rect(pane.left, 0, scene.box.width, scene.box.height);
            context.clip();
            context.translate(pane.left, 0);
            paint(context, scene, pane);
            context.restore();
          }
        },
      }),
    );
    this.stage.add(layer);
    return layer;
  }

  private readonly picture = (context: Context, scene: Scene, pane: Pane): void => {
    if (pane.kind === 'masks') return;
    paintPicture(context, scene.view, scene.picture, scene.box, ratio(), this.tile, this.small);
  };

  private readonly masks = (context: Context, scene: Scene, pane: Pane): void => {
    const { view, picture, box, overlays } = scene;
    this.paths.only(new Set(overlays.map((overlay) => overlay.id)));
    if (pane.kind === 'masks') paintMasks(context, view, picture, box, overlays, this.paths);
    if (pane.kind === 'overlay')
      for (const overlay of overlays)
        paintOverlay(context, view, picture, box, overlay, this.paths, scene.opacity);
  };

  private readonly marks = (context: Context, scene: Scene, pane: Pane): void => {
    for (const drawing of scene.drawings) paintDrawing(context, scene.view, drawing);
    if (pane.kind !== 'picture')
      scene.clicks.forEach((click, index) => {
        const look = index !== scene.hovered ? 'plain' : scene.removing ? 'removing' : 'hovered';
        paintMarker(context, scene.view, click, scene.markerRadius, look);
      });
    if (scene.handles && pane.kind !== 'picture') paintHandles(context, scene.view, scene.handles);
    if (scene.brush) paintBrush(context, scene.brush.at, scene.brush.radius, scene.brush.erase);
    if (scene.cross) paintCross(context, scene.cross);
  };
}

export const ratio = () => window.devicePixelRatio || 1;
