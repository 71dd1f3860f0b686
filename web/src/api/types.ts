/** The page's names for what goes over the wire. The server decides: see schema.d.ts and `npm run
 * types`.
 */

import type { components } from './schema';

type Schemas = components['schemas'];

export type PictureRow = Schemas['RowTold'];
export type PictureStage = PictureRow['state'];
export type PictureList = Schemas['PictureListTold'];
export type PictureState = Schemas['StateTold'];
export type PictureDocument = Schemas['DocumentTold'];
export type DrawnObject = Schemas['ObjectTold'];
/** Whole pixels, x right, y down; the top left pixel is (0, 0). */
export type Click = Schemas['ClickGiven'];
/** A click of the document, with the round in which it was predicted. */
export type PlacedClick = Schemas['ClickTold'];
/** A mask: row-major run lengths over its tight box, background first. */
export type RunsJson = Schemas['MaskTold'];
export type Counts = Schemas['CountsTold'];
export type Label = Schemas['LabelTold'];
export type LabelChange = Schemas['LabelChange'];
export type Network = Schemas['NetworkTold'];
export type ProjectInfo = Schemas['ProjectTold'];
export type Change = Schemas['ChangeTold'];
export type ImportReport = Schemas['ImportTold'];
export type ExportReport = Schemas['ExportTold'];
export type ActionRequest = Schemas['ActionGiven'];
/** Anything that a person can do to a picture. */
export type Action = ActionRequest['action'];
/** New properties of an object; a key that is absent leaves the property as it is. */
export type ObjectEdit = Omit<Extract<Action, { type: 'edit_object' }>, 'type' | 'object'>;
