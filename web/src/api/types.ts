/** The page's names for what goes over the wire. The server decides: see schema.d.ts and `npm run
 * types`.
 */

import type { components, paths } from './schema';

type Schemas = components['schemas'];

export type PictureRow = Schemas['PictureRowAnswer'];
export type PictureStage = PictureRow['state'];
/** What a person says of a picture; null: nothing. */
export type Marked = NonNullable<PictureDocument['mark']>['state'] | null;
/** Conditions and order of a list of pictures. */
export type ListQuery = Omit<
  NonNullable<paths['/api/pictures']['get']['parameters']['query']>,
  'offset' | 'limit'
>;
export type PictureList = Schemas['PictureListAnswer'];
export type PictureState = Schemas['PictureAnswer'];
export type PictureDocument = Schemas['DocumentAnswer'];
export type DrawnObject = Schemas['ObjectAnswer'];
/** Whole pixels, x right, y down; the top left pixel is (0, 0). */
export type Click = Schemas['ClickRequest'];
/** A click of the document, with the round in which it was predicted. */
export type PlacedClick = Schemas['ClickAnswer'];
/** A rectangle of whole pixels; right and bottom are the first pixels outside. */
export type Box = Schemas['BoxRequest'];
/** A click, a box or a scribble. */
export type Prompt = Extract<Action, { type: 'prompt' }>['prompts'][number];
export type PlacedBox = Schemas['BoxAnswer'];
export type PlacedScribble = Schemas['ScribbleAnswer'];
/** A mask: row-major run lengths over its tight box, background first. */
export type RunsJson = Schemas['MaskAnswer'];
export type Counts = Schemas['CountsAnswer'];
export type Label = Schemas['LabelAnswer'];
export type Attribute = Label['attributes'][number];
export type AttributeValue = DrawnObject['attributes'][string];
export type LabelChange = Schemas['LabelChange'];
/** The values of a grey picture of more than 8 bits. */
export type ValueRange = Schemas['ValueRangeAnswer'];
export type Network = Schemas['NetworkAnswer'];
/** The pictures of a person: all, and those that are finished; without a name: of nobody. */
export type Person = Schemas['PersonAnswer'];
/** The work by day and person. */
export type Statistics = Schemas['Statistics'];
export type ProjectInfo = Schemas['ProjectAnswer'];
export type Change = Schemas['ChangeAnswer'];
export type ImportReport = Schemas['ImportAnswer'];
export type ExportReport = Schemas['ExportAnswer'];
/** The finished objects that the network can learn from, and the results of its runs. */
export type LearningStatus = Schemas['LearningAnswer'];
/** The outcome of carrying objects through a series. */
export type CarryReport = Schemas['CarryAnswer'];
export type CarryRequest = Schemas['CarryRequest'];
/** Long work of the server, as it was at one moment. */
export type Job = Schemas['AnyJob'];
export type ActionRequest = Schemas['ActionRequest'];
/** Anything that a person can do to a picture. */
export type Action = ActionRequest['action'];
/** New properties of an object; a key that is absent leaves the property as it is. */
export type ObjectEdit = Omit<Extract<Action, { type: 'edit_object' }>, 'type' | 'object'>;
