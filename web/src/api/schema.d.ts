/** Made from the server by `npm run types`; never edited by hand. */

export interface paths {
  '/api/exports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Export the masks in a format, in a job; its result has a report and the zip's URL */
    post: operations['export_api_exports_post'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/exports/{export}/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Download an export */
    get: operations['download_api_exports__export___name__get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/health': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether the server runs */
    get: operations['health_api_health_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/imports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Import files of other tools, uploaded or in the folder, in a job */
    post: operations['import_files_api_imports_post'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/jobs/{job}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How far a job is, or how it ended */
    get: operations['ask_api_jobs__job__get'];
    put?: never;
    post?: never;
    /** Cancel a job: it ends at its next picture and leaves nothing half done */
    delete: operations['cancel_api_jobs__job__delete'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/labels': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Add a label */
    post: operations['add_api_labels_post'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/labels/{label}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Remove an unused label */
    delete: operations['remove_api_labels__label__delete'];
    options?: never;
    head?: never;
    /** Change a label */
    patch: operations['edit_api_labels__label__patch'];
    trace?: never;
  };
  '/api/labels/{label}/merge': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Merge a label into another, to which its objects change */
    post: operations['merge_api_labels__label__merge_post'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/labels/counts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The number of objects of each label in the project */
    get: operations['counts_api_labels_counts_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/learning': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The finished objects that the network can learn from, and the results of its runs */
    get: operations['status_api_learning_get'];
    put?: never;
    /** Fine-tune the network on the finished objects and measure it, in a job */
    post: operations['start_api_learning_post'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/learning/network': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Use the network of a run, or the usual network again; no mask changes */
    put: operations['use_api_learning_network_put'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/pictures': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The list of pictures, or a part of it */
    get: operations['listed_api_pictures_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/pictures/{picture}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A picture with its objects */
    get: operations['state_api_pictures__picture__get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/pictures/{picture}/actions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Change a picture of a given version by an action; returns its new state */
    post: operations['act_api_pictures__picture__actions_post'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/pictures/{picture}/carry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Carry objects to the next pictures of the list, in a job */
    post: operations['carry_api_pictures__picture__carry_post'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/pictures/{picture}/index': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The index of a picture in the list, from 0; null if it is not in the list */
    get: operations['index_api_pictures__picture__index_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/pictures/{picture}/logs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The click logs of its objects, to replay with another network */
    get: operations['logs_api_pictures__picture__logs_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/pictures/{picture}/range': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The range of the values of a deep picture, for its window */
    get: operations['value_range_api_pictures__picture__range_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/pictures/{picture}/thumbnail': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A JPEG whose longer side is 192 px */
    get: operations['thumbnail_api_pictures__picture__thumbnail_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/pictures/{picture}/tiles/{level}/{column}/{row}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A tile of 512 px: PNG with exact pixels at level 0, JPEG above */
    get: operations['tile_api_pictures__picture__tiles__level___column___row__get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/pictures/assign': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Divide the pictures of the list among people, in runs of neighbours */
    post: operations['assign_api_pictures_assign_post'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/pictures/next': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The next picture to work on, and its index in the list */
    get: operations['following_api_pictures_next_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/pictures/people': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How many pictures each person has, and how many of them are finished */
    get: operations['people_api_pictures_people_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/pictures/scan': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Look for new, changed and missing pictures, in a job */
    post: operations['scan_api_pictures_scan_post'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/project': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The folder and its labels */
    get: operations['project_api_project_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/settings': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Replace the page's settings (shortcuts, theme, ...); 64 kB at most */
    put: operations['settings_api_settings_put'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/statistics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What each person did on each of the last days */
    get: operations['statistics_api_statistics_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /**
     * @description An action on a picture.  version: the version of the picture that it was made for.
     *
     *     known: sha256 of masks that the response may leave out.  key: a UUID of this action: a repeated
     *     request with the same key is applied once, and returns the first response again.
     */
    ActionRequest: {
      action:
        | components['schemas']['AddClicks']
        | components['schemas']['AddPrompts']
        | components['schemas']['RemoveClick']
        | components['schemas']['SetMask']
        | components['schemas']['Clean']
        | components['schemas']['ResetObject']
        | components['schemas']['EditObject']
        | components['schemas']['EditObjects']
        | components['schemas']['MoveObject']
        | components['schemas']['DeleteObjects']
        | components['schemas']['MergeObjects']
        | components['schemas']['CopyObjects']
        | components['schemas']['DuplicateObjects']
        | components['schemas']['SetAttributes']
        | components['schemas']['MarkPicture']
        | components['schemas']['SetDone']
        | components['schemas']['Undo']
        | components['schemas']['Redo'];
      /** @default  */
      author: string;
      key?: string | null;
      known?: string[];
      version: number;
    };
    /**
     * @description A round of clicks on an object; without an object, on a new object on top.
     *
     *     label, keep_out, tidy: None leaves them unchanged.  within: the part of the picture that the
     *     network sees at the object's first look.  window: the values of a deep picture that the network
     *     sees as black and white; None, and a picture of 8 bits: the grey levels of the rule.
     */
    AddClicks: {
      clicks: components['schemas']['ClickRequest'][];
      keep_out?: boolean | null;
      label?: number | null;
      object: number | null;
      tidy?: number | null;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'click';
      window?: components['schemas']['WindowRequest'] | null;
      within?: components['schemas']['BoxRequest'] | null;
    };
    /** @description A round of clicks, boxes and scribbles on an object; other fields are as in `AddClicks`. */
    AddPrompts: {
      keep_out?: boolean | null;
      label?: number | null;
      object: number | null;
      prompts: (
        | components['schemas']['ClickRequest']
        | components['schemas']['BoxRequest']
        | components['schemas']['ScribbleRequest']
      )[];
      tidy?: number | null;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'prompt';
      window?: components['schemas']['WindowRequest'] | null;
      within?: components['schemas']['BoxRequest'] | null;
    };
    /** @description A job of any kind. */
    AnyJob:
      | components['schemas']['ImportJob']
      | components['schemas']['ExportJob']
      | components['schemas']['ScanJob']
      | components['schemas']['LearningJob']
      | components['schemas']['CarryJob'];
    /** @description The people among whom the pictures of a list are divided; nobody without a name. */
    Assign: {
      names: string[];
    };
    /** @description An attribute of a label: its name, the kind of its values, and the choices of a choice. */
    AttributeAnswer: {
      choices: string[];
      /** @enum {string} */
      kind: 'text' | 'number' | 'choice' | 'bool';
      name: string;
    };
    /** @description An attribute of a label: its name, the kind of its values, and the choices of a choice. */
    AttributeRequest: {
      choices?: string[];
      /** @enum {string} */
      kind: 'text' | 'number' | 'choice' | 'bool';
      name: string;
    };
    /** @description A box round an object; right and bottom are the first pixels outside. */
    BoxAnswer: {
      bottom: number;
      index: number;
      left: number;
      right: number;
      round: number;
      top: number;
    };
    /** @description A box of whole pixels; right and bottom are the first pixels outside. */
    BoxRequest: {
      bottom: number;
      left: number;
      right: number;
      top: number;
    };
    /** @description A picture that objects were carried to. */
    CarriedPictureAnswer: {
      id: number;
      name: string;
      objects: components['schemas']['CarriedToAnswer'][];
    };
    /**
     * @description An object on a picture that it was carried to.
     *
     *     source: its id on the first picture.  object: its id here.  score: of its mask; null if the
     *     picture had the object already, which stays as it is.
     */
    CarriedToAnswer: {
      object: number;
      score: number | null;
      source: number;
    };
    /**
     * @description The outcome of carrying objects; a cancelled job keeps what was carried.
     *
     *     ended: a sentence if the series ended early for another reason than the objects, or null.
     */
    CarryAnswer: {
      ended: string | null;
      pictures: components['schemas']['CarriedPictureAnswer'][];
      stops: components['schemas']['CarryStopAnswer'][];
    };
    /** @description The job of carrying objects through a series. */
    CarryJob: {
      done: number;
      id: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: 'carry';
      problem: string | null;
      result: components['schemas']['CarryAnswer'] | null;
      /** @enum {string} */
      state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
      total: number | null;
      what: string;
    };
    /**
     * @description The objects to carry to the next pictures of the list.
     *
     *     objects: their ids; null carries all.  count: of pictures, at most.  share, least: an object
     *     stops where its score is below this share of its first score, or below `least`.
     */
    CarryRequest: {
      /** @default  */
      author: string;
      count: number;
      least?: number;
      objects?: number[] | null;
      share?: number;
    };
    /**
     * @description An object that was carried no further.
     *
     *     source: its id on the first picture.  picture: the name of the picture before which it stopped.
     *     score: the score that was too low there; null if the object was not found there.
     */
    CarryStopAnswer: {
      picture: string;
      score: number | null;
      source: number;
    };
    /** @description A change since the version of the refused action.  time: seconds since 1970 (UTC). */
    ChangeAnswer: {
      author: string;
      text: string;
      time: number;
    };
    /** @description An object whose pixels differ in the exported files. */
    ChangedAnswer: {
      file_name: string;
      iou: number;
      label: string;
      lost: string[];
      number: number;
    };
    /**
     * @description Fill the holes and drop the specks of a mask; further clicks start from the result.
     *
     *     fill_holes: the largest hole that is filled, in pixels.  drop_specks: the smallest component
     *     that stays, in pixels.
     */
    Clean: {
      drop_specks?: number;
      fill_holes?: number;
      object: number;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'clean';
    };
    /**
     * @description A click.
     *
     *     round: from 0; the prompts of a round were answered together.  index: its position among all
     *     prompts of the object, from 0.
     */
    ClickAnswer: {
      index: number;
      positive: boolean;
      round: number;
      x: number;
      y: number;
    };
    /** @description A click on the object (positive) or off it (negative). */
    ClickRequest: {
      /** @default true */
      positive: boolean;
      x: number;
      y: number;
    };
    /** @description The picture was changed since the version that an action was for. */
    ConflictAnswer: {
      changes: components['schemas']['ChangeAnswer'][];
      error: string;
      state: components['schemas']['PictureAnswer'];
    };
    /**
     * @description Copies of another picture's objects, on top in their order, to be corrected by clicks.
     *
     *     The other picture must have the same size.  Objects that the picture already has, with the same
     *     label and mask, are left out.  objects: their ids; None copies all.
     */
    CopyObjects: {
      objects?: number[] | null;
      picture: number;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'copy_objects';
    };
    /** @description The number of pictures in each state. */
    CountsAnswer: {
      all: number;
      checked: number;
      done: number;
      doubtful: number;
      new: number;
      work: number;
    };
    /**
     * @description The work of one author on one day.
     *
     *     day: its date.  author: "" without a name.  changes: made that day, undo too.  pictures:
     *     different ones that were changed.  seconds: between changes, without pauses of more than two
     *     minutes.  done, doubtful, checked: pictures whose present mark was set that day.
     */
    DayAnswer: {
      author: string;
      changes: number;
      checked: number;
      day: string;
      done: number;
      doubtful: number;
      pictures: number;
      seconds: number;
    };
    /** @description The deletion of some objects. */
    DeleteObjects: {
      objects: number[];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'delete_objects';
    };
    /** @description The objects from bottom to top.  done: whether the picture is done or checked. */
    DocumentAnswer: {
      done: boolean;
      mark: components['schemas']['MarkAnswer'] | null;
      objects: components['schemas']['ObjectAnswer'][];
    };
    /** @description Copies of some objects, on top in their order; each starts from its original's mask. */
    DuplicateObjects: {
      objects: number[];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'duplicate_objects';
    };
    /** @description New values for some properties of an object. */
    EditObject: {
      colour?: string | null;
      finished?: boolean;
      keep_out?: boolean;
      label?: number | null;
      object: number;
      tidy?: number;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'edit_object';
      visible?: boolean;
    };
    /** @description New values for some properties of several objects. */
    EditObjects: {
      label?: number | null;
      objects: number[];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'edit_objects';
      visible?: boolean;
    };
    /** @description An export.  url: its zip file, kept until the server stops or makes several more exports. */
    ExportAnswer: {
      id: string;
      report: components['schemas']['ReportAnswer'];
      url: string;
    };
    /** @description The job of an export. */
    ExportJob: {
      done: number;
      id: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: 'export';
      problem: string | null;
      result: components['schemas']['ExportAnswer'] | null;
      /** @enum {string} */
      state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
      total: number | null;
      what: string;
    };
    /**
     * @description An export.  format: a name in the project's list of formats.
     *
     *     only_done: leave out pictures that are neither done nor checked.  only_checked: leave out
     *     pictures that are not checked.
     */
    ExportRequest: {
      format: string;
      /** @default false */
      only_checked: boolean;
      /** @default false */
      only_done: boolean;
    };
    /**
     * @description The next picture to work on.
     *
     *     picture: null if every picture is done.  index: in the requested list, from 0; null without a
     *     picture.
     */
    FollowingAnswer: {
      index: number | null;
      picture: components['schemas']['PictureRowAnswer'] | null;
    };
    /** @description A format of exports.  cannot_hold: which of holes, parts and overlap it loses. */
    FormatAnswer: {
      cannot_hold: string[];
      holds_attributes: boolean;
      name: string;
      title: string;
    };
    /** @description The status of the server. */
    Health: {
      network: components['schemas']['NetworkAnswer'] | null;
      /** @constant */
      status: 'ok';
      version: string;
    };
    /**
     * @description The report of an import.
     *
     *     objects, labels: what was added.  problems: a sentence for each reason why shapes or pictures
     *     were left out.  shapes, taken: shapes of the project's pictures in the files, and how many of
     *     them were imported.
     */
    ImportAnswer: {
      format: string;
      labels: string[];
      objects: number;
      pictures: number;
      problems: string[];
      shapes: number;
      taken: number;
    };
    /** @description The job of an import. */
    ImportJob: {
      done: number;
      id: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: 'import';
      problem: string | null;
      result: components['schemas']['ImportAnswer'] | null;
      /** @enum {string} */
      state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
      total: number | null;
      what: string;
    };
    /** @description The index of a picture in the requested list, from 0; null if it is not in the list. */
    IndexAnswer: {
      index: number | null;
    };
    JsonValue: unknown;
    /**
     * @description A label of the project.
     *
     *     index: in the list of labels, from 0.  number: in the file that brought it, such as the id of a
     *     COCO category; null without one.  supercategory: of COCO; "" without one.
     */
    LabelAnswer: {
      attributes: components['schemas']['AttributeAnswer'][];
      colour: string;
      id: number;
      index: number;
      name: string;
      number: number | null;
      supercategory: string;
    };
    /** @description New properties of a label.  index: in the list, from 0.  attributes: replace the old ones. */
    LabelChange: {
      attributes?: components['schemas']['AttributeRequest'][] | null;
      colour?: string | null;
      index?: number | null;
      name?: string | null;
    };
    /** @description The number of objects of each used label, by its id; 0: objects without a label. */
    LabelCounts: {
      counts: {
        [key: string]: number;
      };
    };
    /** @description The label to merge into.  into: its id. */
    LabelMerge: {
      into: number;
    };
    /** @description A new label; without a colour the server chooses one. */
    LabelRequest: {
      colour?: string | null;
      name: string;
    };
    /** @description All labels, in their order. */
    Labels: {
      labels: components['schemas']['LabelAnswer'][];
    };
    /**
     * @description The finished objects that the network can learn from, and the results of its runs.
     *
     *     objects, pictures: finished objects and their pictures.  needed: objects from which on it can
     *     learn.  held_out: objects that are kept apart to measure on.
     *     problem: why it cannot learn now, or null.  job: of the run under way.  used: the run whose
     *     network answers; null: the usual network.  result: of the last run.
     */
    LearningAnswer: {
      held_out: number;
      job: string | null;
      needed: number;
      objects: number;
      pictures: number;
      problem: string | null;
      result: components['schemas']['LearningResult'] | null;
      used: string | null;
    };
    /**
     * @description The mean clicks to an IoU with the old and the new network.
     *
     *     not_reached: the number of objects that did not reach it, with each.
     */
    LearningClicks: {
      after: number;
      before: number;
      not_reached: [number, number];
      target: number;
    };
    /** @description The job of a fine-tuning run.  In the stage `training`, done and total are seconds. */
    LearningJob: {
      done: number;
      id: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: 'learning';
      problem: string | null;
      result: components['schemas']['LearningResult'] | null;
      /** @enum {string} */
      state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
      total: number | null;
      what: string;
    };
    /** @description A fine-tuning run.  minutes: of training, besides measuring. */
    LearningRequest: {
      /** @default 10 */
      minutes: number;
    };
    /**
     * @description The old and the new network on the held-out objects.
     *
     *     limit: the most clicks on an object.  difference: the clicks of the new network minus those of
     *     the old one, as a mean over the IoUs and objects; error: its standard error.  better: whether
     *     the new network needs fewer clicks, by at least one standard error.
     */
    LearningResult: {
      better: boolean;
      clicks: components['schemas']['LearningClicks'][];
      difference: number;
      error: number;
      limit: number;
      objects: number;
      run: string;
    };
    /** @description A mark of a picture: who set it, and when (seconds since 1970, UTC; 0: not known). */
    MarkAnswer: {
      author: string;
      /** @enum {string} */
      state: 'done' | 'doubtful' | 'checked';
      time: number;
    };
    /** @description Mark the picture as done, doubtful or checked, or remove its mark (null). */
    MarkPicture: {
      mark: ('done' | 'doubtful' | 'checked') | null;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'mark_picture';
    };
    /** @description A mask: its box and the run lengths in it, row by row, background first. */
    MaskAnswer: {
      height: number;
      left: number;
      runs: number[];
      top: number;
      width: number;
    };
    /** @description A mask: its box and the run lengths in it, row by row, background first. */
    MaskRequest: {
      height: number;
      left: number;
      runs: number[];
      top: number;
      width: number;
    };
    /**
     * @description The union of several objects.
     *
     *     object: gets the union as its start mask.  objects: the others, which are deleted.
     */
    MergeObjects: {
      object: number;
      objects: number[];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'merge_objects';
    };
    /**
     * @description A new position of an object in the order.
     *
     *     index: 0 is the bottom; an index beyond the last is the top.
     */
    MoveObject: {
      index: number;
      object: number;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'move_object';
    };
    /**
     * @description The network.
     *
     *     runtime: empty until it is loaded.  problem: why it cannot be used.  identity: a hash of its
     *     weights and settings, which objects store; null until it is loaded.
     */
    NetworkAnswer: {
      identity: string | null;
      name: string;
      problem: string | null;
      runtime: string;
      sha256: string;
      /** @enum {string} */
      state: 'loading' | 'ready' | 'failed';
    };
    /** @description The run whose network is to answer; null for the usual network. */
    NetworkRequest: {
      run: string | null;
    };
    /**
     * @description An object.
     *
     *     tidy: specks and holes up to this number of pixels are removed from predicted masks.
     *     mask: the mask's sha256, null if it is empty.  start: whether it has a start mask.
     *     network: the identity of the network that made the mask; with another network, further clicks
     *     start from the mask.  window: the grey window through which the network saw the picture; with
     *     another window, further clicks start from the mask as well.
     */
    ObjectAnswer: {
      area: number;
      attributes: {
        [key: string]: string | boolean | number;
      };
      boxes: components['schemas']['BoxAnswer'][];
      clicks: components['schemas']['ClickAnswer'][];
      colour: string | null;
      finished: boolean;
      id: number;
      keep_out: boolean;
      label: number | null;
      mask: string | null;
      network: string | null;
      scribbles: components['schemas']['ScribbleAnswer'][];
      start: boolean;
      tidy: number;
      visible: boolean;
      window: components['schemas']['WindowAnswer'] | null;
    };
    /** @description The pictures of each person to whom some are assigned, and of nobody. */
    People: {
      people: components['schemas']['PersonAnswer'][];
    };
    /** @description The pictures of one person: all, and those done or checked.  name: "" is nobody. */
    PersonAnswer: {
      finished: number;
      name: string;
      pictures: number;
    };
    /** @description A picture with its objects.  masks: by sha256. */
    PictureAnswer: {
      can_redo: boolean;
      can_undo: boolean;
      document: components['schemas']['DocumentAnswer'];
      masks: {
        [key: string]: components['schemas']['MaskAnswer'];
      };
      picture: components['schemas']['PictureRowAnswer'];
      redo_text: string | null;
      undo_text: string | null;
    };
    /** @description A part of the list.  total: the number of pictures that match the request. */
    PictureListAnswer: {
      counts: components['schemas']['CountsAnswer'];
      items: components['schemas']['PictureRowAnswer'][];
      total: number;
    };
    /**
     * @description A picture in the list.
     *
     *     modified: changes with the file; the parameter v of tiles.  marked_by, marked_at: who set the
     *     state done, doubtful or checked, and when (seconds since 1970, UTC); "" and 0 if it is not set
     *     or not known.  assigned: the person who is to work on it; "" is nobody.
     */
    PictureRowAnswer: {
      assigned: string;
      height: number;
      id: number;
      marked_at: number;
      marked_by: string;
      modified: string;
      name: string;
      objects: number;
      problem: string | null;
      /** @enum {string} */
      state: 'new' | 'work' | 'done' | 'doubtful' | 'checked';
      version: number;
      width: number;
    };
    /** @description An error.  error: one sentence. */
    Problem: {
      error: string;
    };
    /**
     * @description The folder, its labels, and everything else that the page needs at its start.
     *
     *     warnings: sentences for the annotator.
     */
    ProjectAnswer: {
      counts: components['schemas']['CountsAnswer'];
      folder: string;
      formats: components['schemas']['FormatAnswer'][];
      labels: components['schemas']['LabelAnswer'][];
      name: string;
      network: components['schemas']['NetworkAnswer'] | null;
      settings: {
        [key: string]: unknown;
      };
      version: string;
      warnings: string[];
    };
    /** @description The values of a deep picture; null for a picture of 8 bits. */
    RangeAnswer: {
      range: components['schemas']['ValueRangeAnswer'] | null;
    };
    /** @description A step forward to the document after the last undone change. */
    Redo: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'redo';
    };
    /**
     * @description The removal of a prompt; an object with neither prompts nor a start mask left is deleted.
     *
     *     index: the prompt's position among all prompts of the object, from 0.
     */
    RemoveClick: {
      index: number;
      object: number;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'remove_click';
    };
    /**
     * @description The report of an export.
     *
     *     text: for people.  notes: sentences about what else the files hold differently, such as the
     *     numbers of labels.
     */
    ReportAnswer: {
      changed: components['schemas']['ChangedAnswer'][];
      notes: string[];
      objects: number;
      pictures: number;
      text: string;
    };
    /** @description The removal of an object's mask and prompts; its label stays. */
    ResetObject: {
      object: number;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'reset_object';
    };
    /** @description The job of a scan of the folder. */
    ScanJob: {
      done: number;
      id: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      kind: 'scan';
      problem: string | null;
      result: components['schemas']['Scanned'] | null;
      /** @enum {string} */
      state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
      total: number | null;
      what: string;
    };
    /** @description The pictures after a scan. */
    Scanned: {
      counts: components['schemas']['CountsAnswer'];
    };
    /** @description A line on an object (positive) or off it (negative): its corners [x, y], in order. */
    ScribbleAnswer: {
      index: number;
      points: number[][];
      positive: boolean;
      round: number;
    };
    /** @description A line on the object (positive) or off it (negative): its corners [x, y], in order. */
    ScribbleRequest: {
      points: number[][];
      /** @default true */
      positive: boolean;
    };
    /** @description New values of some attributes of an object; null removes a value. */
    SetAttributes: {
      object: number;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'set_attributes';
      values: {
        [key: string]: string | boolean | number | null;
      };
    };
    /**
     * @description Mark the picture as done, or remove its mark; `MarkPicture` sets all marks.
     *
     *     A checked picture counts as done and stays checked.
     */
    SetDone: {
      done: boolean;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'set_done';
    };
    /**
     * @description The mask of an object after brush and eraser, which becomes its start mask.
     *
     *     object: None makes a new object on top.  mask: None is empty.
     */
    SetMask: {
      label?: number | null;
      mask: components['schemas']['MaskRequest'] | null;
      object: number | null;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'set_mask';
    };
    /** @description The work by day and author, the last day first. */
    Statistics: {
      days: components['schemas']['DayAnswer'][];
    };
    /** @description A step back to the document before the last change. */
    Undo: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'undo';
    };
    /**
     * @description The values of a deep picture.
     *
     *     low, high: the smallest and largest value of its range, which may be equal.  black, white: the
     *     values that are black and white without a window.  whole: whether all are whole numbers.
     */
    ValueRangeAnswer: {
      black: number;
      high: number;
      low: number;
      white: number;
      whole: boolean;
    };
    /** @description A grey window: the values of a deep picture that are black and white. */
    WindowAnswer: {
      high: number;
      low: number;
    };
    /** @description A grey window: the values of a deep picture that are black and white, low below high. */
    WindowRequest: {
      high: number;
      low: number;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  export_api_exports_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ExportRequest'];
      };
    };
    responses: {
      /** @description Successful Response */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ExportJob'];
        };
      };
      /** @description The request cannot be used. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request's content type is not accepted. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  download_api_exports__export___name__get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        export: string;
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The zip file. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/zip': string;
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Not found. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  health_api_health_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Health'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  import_files_api_imports_post: {
    parameters: {
      query?: {
        /** @description A format's name; auto recognises it. */
        format?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          path: string;
        };
        'multipart/form-data': {
          file: string[];
        };
      };
    };
    responses: {
      /** @description Successful Response */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImportJob'];
        };
      };
      /** @description The request cannot be used. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request's content type is not accepted. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  ask_api_jobs__job__get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A job's id, from the response that started it. */
        job: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AnyJob'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Not found. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  cancel_api_jobs__job__delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A job's id, from the response that started it. */
        job: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AnyJob'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Not found. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  add_api_labels_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['LabelRequest'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Labels'];
        };
      };
      /** @description The request cannot be used. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request's content type is not accepted. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  remove_api_labels__label__delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A label's id. */
        label: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Labels'];
        };
      };
      /** @description The request cannot be used. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Not found. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  edit_api_labels__label__patch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A label's id. */
        label: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['LabelChange'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Labels'];
        };
      };
      /** @description The request cannot be used. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Not found. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request's content type is not accepted. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  merge_api_labels__label__merge_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A label's id. */
        label: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['LabelMerge'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Labels'];
        };
      };
      /** @description The request cannot be used. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Not found. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request's content type is not accepted. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  counts_api_labels_counts_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LabelCounts'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  status_api_learning_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LearningAnswer'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  start_api_learning_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['LearningRequest'];
      };
    };
    responses: {
      /** @description Successful Response */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LearningJob'];
        };
      };
      /** @description The request cannot be used. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The network is learning already. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request's content type is not accepted. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  use_api_learning_network_put: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['NetworkRequest'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LearningAnswer'];
        };
      };
      /** @description The request cannot be used. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Not found. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request's content type is not accepted. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  listed_api_pictures_get: {
    parameters: {
      query?: {
        /** @description Only pictures assigned to this person; empty: to nobody. */
        assigned?: string | null;
        /** @description Only pictures with an object of this label; 0: without any. */
        label?: number | null;
        /** @description Only pictures with at least this many objects. */
        least?: number;
        limit?: number;
        /** @description Only pictures with at most this many objects. */
        most?: number | null;
        offset?: number;
        /** @description The order; equal pictures are sorted by name. */
        order?: 'name' | 'most_objects' | 'fewest_objects' | 'last_marked';
        /** @description Only names with this text. */
        search?: string;
        /** @description Only pictures in this state. */
        state?: ('new' | 'work' | 'done' | 'doubtful' | 'checked') | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PictureListAnswer'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  state_api_pictures__picture__get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A picture's id. */
        picture: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PictureAnswer'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Not found. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  act_api_pictures__picture__actions_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A picture's id. */
        picture: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ActionRequest'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PictureAnswer'];
        };
      };
      /** @description The request cannot be used. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Not found. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The picture was changed since that version. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConflictAnswer'];
        };
      };
      /** @description The request is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request's content type is not accepted. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  carry_api_pictures__picture__carry_post: {
    parameters: {
      query?: {
        /** @description Only pictures assigned to this person; empty: to nobody. */
        assigned?: string | null;
        /** @description Only pictures with an object of this label; 0: without any. */
        label?: number | null;
        /** @description Only pictures with at least this many objects. */
        least?: number;
        /** @description Only pictures with at most this many objects. */
        most?: number | null;
        /** @description The order; equal pictures are sorted by name. */
        order?: 'name' | 'most_objects' | 'fewest_objects' | 'last_marked';
        /** @description Only names with this text. */
        search?: string;
        /** @description Only pictures in this state. */
        state?: ('new' | 'work' | 'done' | 'doubtful' | 'checked') | null;
      };
      header?: never;
      path: {
        /** @description A picture's id. */
        picture: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CarryRequest'];
      };
    };
    responses: {
      /** @description Successful Response */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CarryJob'];
        };
      };
      /** @description The request cannot be used. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request's content type is not accepted. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  index_api_pictures__picture__index_get: {
    parameters: {
      query?: {
        /** @description Only pictures assigned to this person; empty: to nobody. */
        assigned?: string | null;
        /** @description Only pictures with an object of this label; 0: without any. */
        label?: number | null;
        /** @description Only pictures with at least this many objects. */
        least?: number;
        /** @description Only pictures with at most this many objects. */
        most?: number | null;
        /** @description The order; equal pictures are sorted by name. */
        order?: 'name' | 'most_objects' | 'fewest_objects' | 'last_marked';
        /** @description Only names with this text. */
        search?: string;
        /** @description Only pictures in this state. */
        state?: ('new' | 'work' | 'done' | 'doubtful' | 'checked') | null;
      };
      header?: never;
      path: {
        /** @description A picture's id. */
        picture: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['IndexAnswer'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Not found. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  logs_api_pictures__picture__logs_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A picture's id. */
        picture: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            [key: string]: unknown;
          }[];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Not found. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  value_range_api_pictures__picture__range_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description A picture's id. */
        picture: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RangeAnswer'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Not found. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  thumbnail_api_pictures__picture__thumbnail_get: {
    parameters: {
      query?: {
        /** @description The picture's `modified`: lets a browser cache it. */
        v?: string | null;
        /** @description low,high: the values of a deep picture (grey of more than 8 bits) that are shown as black and white; other pictures are not changed. */
        window?: string | null;
      };
      header?: never;
      path: {
        /** @description A picture's id. */
        picture: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The pixels. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'image/jpeg': string;
        };
      };
      /** @description The request cannot be used. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Not found. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  tile_api_pictures__picture__tiles__level___column___row__get: {
    parameters: {
      query?: {
        /** @description The picture's `modified`: lets a browser cache it. */
        v?: string | null;
        /** @description low,high: the values of a deep picture (grey of more than 8 bits) that are shown as black and white; other pictures are not changed. */
        window?: string | null;
      };
      header?: never;
      path: {
        /** @description Counted in tiles from the top left. */
        column: number;
        /** @description 0 has the picture's size; each above halves it. */
        level: number;
        /** @description A picture's id. */
        picture: number;
        /** @description Counted in tiles from the top left. */
        row: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The pixels. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'image/jpeg': string;
          'image/png': string;
        };
      };
      /** @description The request cannot be used. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Not found. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  assign_api_pictures_assign_post: {
    parameters: {
      query?: {
        /** @description Only pictures assigned to this person; empty: to nobody. */
        assigned?: string | null;
        /** @description Only pictures with an object of this label; 0: without any. */
        label?: number | null;
        /** @description Only pictures with at least this many objects. */
        least?: number;
        /** @description Only pictures with at most this many objects. */
        most?: number | null;
        /** @description The order; equal pictures are sorted by name. */
        order?: 'name' | 'most_objects' | 'fewest_objects' | 'last_marked';
        /** @description Only names with this text. */
        search?: string;
        /** @description Only pictures in this state. */
        state?: ('new' | 'work' | 'done' | 'doubtful' | 'checked') | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Assign'];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['People'];
        };
      };
      /** @description The request cannot be used. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request's content type is not accepted. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  following_api_pictures_next_get: {
    parameters: {
      query?: {
        /** @description Id of the picture after which to search. */
        after?: number | null;
        /** @description Only pictures assigned to this person; empty: to nobody. */
        assigned?: string | null;
        /** @description Only pictures with an object of this label; 0: without any. */
        label?: number | null;
        /** @description Only pictures with at least this many objects. */
        least?: number;
        /** @description Only pictures with at most this many objects. */
        most?: number | null;
        /** @description The order; equal pictures are sorted by name. */
        order?: 'name' | 'most_objects' | 'fewest_objects' | 'last_marked';
        /** @description Only names with this text. */
        search?: string;
        /** @description Only pictures in this state. */
        state?: ('new' | 'work' | 'done' | 'doubtful' | 'checked') | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FollowingAnswer'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Not found. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  people_api_pictures_people_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['People'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  scan_api_pictures_scan_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ScanJob'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  project_api_project_get: {
    parameters: {
      query?: {
        /** @description The author of the settings; empty: shared ones. */
        author?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ProjectAnswer'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  settings_api_settings_put: {
    parameters: {
      query?: {
        /** @description The author of the settings; empty: shared ones. */
        author?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          [key: string]: components['schemas']['JsonValue'];
        };
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            [key: string]: unknown;
          };
        };
      };
      /** @description The request cannot be used. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request's content type is not accepted. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
  statistics_api_statistics_get: {
    parameters: {
      query?: {
        /** @description How many, with today. */
        days?: number;
        /** @description Seconds by which the days are ahead of UTC's. */
        offset?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Statistics'];
        };
      };
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request names another host, or comes from another site's page. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description The request is not as described, or the picture cannot be read. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description A fault of ours. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Too many requests at once (try again after Retry-After), or the network or the store cannot be used. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
    };
  };
}
