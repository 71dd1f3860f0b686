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
    /** Write the masks in a format, in a job; its result says what is kept and where */
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
    /** Is the server there? */
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
    /** Add objects from files of other tools, sent along or in the folder, in a job */
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
    /** Cancel a job: it ends at its next picture and leaves nothing half */
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
    /** Remove a label that no object has */
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
    /** Give its objects another label and remove it */
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
    /** How many objects each label has on all pictures */
    get: operations['counts_api_labels_counts_get'];
    put?: never;
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
    /** All that there is on a picture */
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
    /** Act on a picture as it was at a version; the answer is its new state */
    post: operations['act_api_pictures__picture__actions_post'];
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
    /** The logs of clicks of its objects, from which another network makes their masks again */
    get: operations['logs_api_pictures__picture__logs_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/pictures/{picture}/place': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The place of a picture in a list, from 0; null if it is not in it */
    get: operations['place_api_pictures__picture__place_get'];
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
  '/api/pictures/next': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The next picture that is to do, and its place in the list */
    get: operations['following_api_pictures_next_get'];
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
    /** Look for new, changed and vanished pictures, in a job */
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
    /** Keep the page's settings (shortcuts, theme, ...): the whole object, 64 kB at most */
    put: operations['settings_api_settings_put'];
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
     * @description An action on the picture as it was at `version`.
     *
     *     known: masks that the answer need not hold.  key: a UUID of this action alone; asked again with
     *         it, what was done
     *     already is not done twice, and the first answer comes again.
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
     * @description One round of clicks on an object; without one, on a new object on top.
     *
     *     None leaves label, keep_out and tidy as they are.  within: the part of the picture that the
     *     object's first look takes.
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
      within?: components['schemas']['BoxRequest'] | null;
    };
    /** @description One round of clicks, boxes and scribbles on an object; the rest is as for `AddClicks`. */
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
      within?: components['schemas']['BoxRequest'] | null;
    };
    /** @description A job of any kind. */
    AnyJob:
      | components['schemas']['ImportJob']
      | components['schemas']['ExportJob']
      | components['schemas']['ScanJob'];
    /** @description An attribute of a label: its name, the kind of its values, and the choices of a choice. */
    AttributeAnswer: {
      choices: string[];
      /** @enum {string} */
      kind: 'text' | 'number' | 'choice' | 'bool';
      name: string;
    };
    /** @description What objects of a label may say: a name, the kind of its values, and for a choice which. */
    AttributeRequest: {
      choices?: string[];
      /** @enum {string} */
      kind: 'text' | 'number' | 'choice' | 'bool';
      name: string;
    };
    /** @description A box that was drawn round an object; right and bottom are the first pixels outside. */
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
    /** @description What somebody did meanwhile; time: seconds since 1970 (UTC). */
    ChangeAnswer: {
      author: string;
      text: string;
      time: number;
    };
    /** @description An object that the files do not hold to the pixel. */
    ChangedAnswer: {
      file_name: string;
      iou: number;
      label: string;
      lost: string[];
      number: number;
    };
    /** @description Fill holes of at most and drop pieces below so many pixels; clicks go on from there. */
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
    /** @description A click; those of one round were predicted together.  index: among the object's prompts. */
    ClickAnswer: {
      index: number;
      positive: boolean;
      round: number;
      x: number;
      y: number;
    };
    /** @description A click on the object (positive) or off it. */
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
     * @description Objects of another picture of this size, put on top in their order, to be corrected by clicks.
     *
     *     Those that are there already, pixel by pixel, are left out.  objects: their ids; None copies all.
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
    /** @description Pictures by state. */
    CountsAnswer: {
      all: number;
      checked: number;
      done: number;
      doubtful: number;
      new: number;
      work: number;
    };
    /** @description Take objects away. */
    DeleteObjects: {
      objects: number[];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'delete_objects';
    };
    /** @description The objects from bottom to top.  done: whether it needs no more work (done or checked). */
    DocumentAnswer: {
      done: boolean;
      mark: components['schemas']['MarkAnswer'] | null;
      objects: components['schemas']['ObjectAnswer'][];
    };
    /** @description Put objects on top once more, in their order: each begins from the mask of its original. */
    DuplicateObjects: {
      objects: number[];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'duplicate_objects';
    };
    /** @description Other properties for one object. */
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
    /** @description Other properties for several objects. */
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
    /** @description url: where the zip file is, until the server stops or some more exports were made. */
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
     * @description format: a name from the project's list of formats.
     *
     *     only_done: leave out pictures that are neither done nor checked.  only_checked: leave out all
     *         that are not checked.
     */
    ExportRequest: {
      format: string;
      /** @default false */
      only_checked: boolean;
      /** @default false */
      only_done: boolean;
    };
    /** @description The next picture that is to do.  picture: null if there is none.  place: in the requested list, from 0. */
    FollowingAnswer: {
      picture: components['schemas']['PictureRowAnswer'] | null;
      place: number | null;
    };
    /** @description A format to export to.  cannot_hold: holes, parts, overlap. */
    FormatAnswer: {
      cannot_hold: string[];
      holds_attributes: boolean;
      name: string;
      title: string;
    };
    /** @description That the server is there. */
    Health: {
      network: components['schemas']['NetworkAnswer'] | null;
      /** @constant */
      status: 'ok';
      version: string;
    };
    /**
     * @description What an import did.
     *
     *     objects, labels: added.  problems: a sentence for each reason why shapes or pictures were left
     *         out.  shapes, taken: shapes in the files on your pictures, and how many of them were read.
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
    JsonValue: unknown;
    /** @description A label of the project. */
    LabelAnswer: {
      attributes: components['schemas']['AttributeAnswer'][];
      colour: string;
      id: number;
      name: string;
      place: number;
    };
    /** @description What is to change of a label.  place: in the list, from 0.  attributes: all it has then. */
    LabelChange: {
      attributes?: components['schemas']['AttributeRequest'][] | null;
      colour?: string | null;
      name?: string | null;
      place?: number | null;
    };
    /** @description Objects of each label that has some, by its id; 0: objects without a label. */
    LabelCounts: {
      counts: {
        [key: string]: number;
      };
    };
    /** @description The label that the objects get. */
    LabelMerge: {
      into: number;
    };
    /** @description A new label; without a colour it is given one. */
    LabelRequest: {
      colour?: string | null;
      name: string;
    };
    /** @description All labels, in their order. */
    Labels: {
      labels: components['schemas']['LabelAnswer'][];
    };
    /** @description A mark of a picture: who set it, and when (seconds since 1970, UTC; 0: not known). */
    MarkAnswer: {
      author: string;
      /** @enum {string} */
      state: 'done' | 'doubtful' | 'checked';
      time: number;
    };
    /** @description Mark the picture as done, doubtful or checked, or take its mark away (null). */
    MarkPicture: {
      mark: ('done' | 'doubtful' | 'checked') | null;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'mark_picture';
    };
    /** @description A mask: lengths of runs over its box, row by row, background first. */
    MaskAnswer: {
      height: number;
      left: number;
      runs: number[];
      top: number;
      width: number;
    };
    /** @description A mask: lengths of runs over its box, row by row, background first. */
    MaskRequest: {
      height: number;
      left: number;
      runs: number[];
      top: number;
      width: number;
    };
    /** @description One object of several: it gets the pixels of the others, which go; clicks go on from there. */
    MergeObjects: {
      object: number;
      objects: number[];
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'merge_objects';
    };
    /** @description Another place in the order; 0 is the bottom, what is beyond the top is the top. */
    MoveObject: {
      object: number;
      place: number;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'move_object';
    };
    /**
     * @description The network.
     *
     *     runtime: empty until it is loaded.  problem: why it cannot be used.  identity: of weights and
     *     settings together, as objects name who answered; null until it is loaded.
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
    /**
     * @description An object.
     *
     *     tidy: specks and holes of so many pixels are taken out of the network's answers.
     *     mask: its sha256, null without a pixel.  start: whether its clicks begin from a mask.  network:
     *         sha256 of the one
     *     that made the mask from clicks; with another one, further clicks go on from the mask.
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
    };
    /** @description All that there is on one picture.  masks: by sha256. */
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
    /** @description A part of the list.  total: pictures that the question fits. */
    PictureListAnswer: {
      counts: components['schemas']['CountsAnswer'];
      items: components['schemas']['PictureRowAnswer'][];
      total: number;
    };
    /**
     * @description A picture as the list shows it.
     *
     *     modified: changes with the file; goes into addresses of tiles as v.  marked_by, marked_at: who
     *     set the state done, doubtful or checked, and when (seconds since 1970, UTC); "" and 0 where
     *     nobody did or it is not known.
     */
    PictureRowAnswer: {
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
    /** @description The place of a picture in a list, from 0; null if it is not in it. */
    PlaceAnswer: {
      place: number | null;
    };
    /** @description What went wrong, in one sentence. */
    Problem: {
      error: string;
    };
    /** @description The folder, its labels, and what the page needs to begin.  warnings: sentences for the person. */
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
    /** @description Make the change again that was taken back. */
    Redo: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'redo';
    };
    /** @description Take one prompt away, by its index among the object's prompts; an object without any goes too. */
    RemoveClick: {
      index: number;
      object: number;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'remove_click';
    };
    /** @description What an export kept.  text: for people. */
    ReportAnswer: {
      changed: components['schemas']['ChangedAnswer'][];
      objects: number;
      pictures: number;
      text: string;
    };
    /** @description Forget an object's clicks and mask; its label stays. */
    ResetObject: {
      object: number;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'reset_object';
    };
    /** @description The job of a look through the folder. */
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
    /** @description What is in the folder now. */
    Scanned: {
      counts: components['schemas']['CountsAnswer'];
    };
    /** @description A line that was drawn over an object (positive) or off it: its corners [x, y], in order. */
    ScribbleAnswer: {
      index: number;
      points: number[][];
      positive: boolean;
      round: number;
    };
    /** @description A line drawn over the object (positive) or off it: its corners [x, y], in order. */
    ScribbleRequest: {
      points: number[][];
      /** @default true */
      positive: boolean;
    };
    /** @description Other values for some attributes of an object, as its label has them; null takes one away. */
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
     * @description Say that the picture is done, or not; MarkPicture can say more.
     *
     *     A picture that is checked is done, and stays checked.
     */
    SetDone: {
      done: boolean;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'set_done';
    };
    /** @description The mask as brush and eraser left it: clicks go on from there.  Without an object it makes a new one on top. */
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
    /** @description Take the last change back. */
    Undo: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'undo';
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
      /** @description What came cannot be used. */
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
      /** @description Asked for under another host name, or by the page of another site. */
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
      /** @description The request's content type is not taken. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
      /** @description Asked for under another host name, or by the page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
      /** @description Asked for under another host name, or by the page of another site. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
        /** @description A format's name; auto finds out. */
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
      /** @description What came cannot be used. */
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
      /** @description Asked for under another host name, or by the page of another site. */
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
      /** @description The request's content type is not taken. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
        /** @description A job's id, as the request that began it returned it. */
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
      /** @description Asked for under another host name, or by the page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
        /** @description A job's id, as the request that began it returned it. */
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
      /** @description Asked for under another host name, or by the page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
      /** @description What came cannot be used. */
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
      /** @description Asked for under another host name, or by the page of another site. */
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
      /** @description The request's content type is not taken. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
        /** @description A label's number. */
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
      /** @description What came cannot be used. */
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
      /** @description Asked for under another host name, or by the page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
        /** @description A label's number. */
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
      /** @description What came cannot be used. */
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
      /** @description Asked for under another host name, or by the page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
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
      /** @description The request's content type is not taken. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
        /** @description A label's number. */
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
      /** @description What came cannot be used. */
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
      /** @description Asked for under another host name, or by the page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
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
      /** @description The request's content type is not taken. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
      /** @description Asked for under another host name, or by the page of another site. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
        /** @description Only pictures with an object of this label; 0: of none. */
        label?: number | null;
        /** @description Only pictures with so many objects. */
        least?: number;
        limit?: number;
        /** @description Only pictures with at most so many objects. */
        most?: number | null;
        offset?: number;
        /** @description What comes first; names decide among equals. */
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
      /** @description Asked for under another host name, or by the page of another site. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
        /** @description A picture's number. */
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
      /** @description Asked for under another host name, or by the page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
        /** @description A picture's number. */
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
      /** @description What came cannot be used. */
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
      /** @description Asked for under another host name, or by the page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
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
      /** @description The request's content type is not taken. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
        /** @description A picture's number. */
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
      /** @description Asked for under another host name, or by the page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
  place_api_pictures__picture__place_get: {
    parameters: {
      query?: {
        /** @description Only pictures with an object of this label; 0: of none. */
        label?: number | null;
        /** @description Only pictures with so many objects. */
        least?: number;
        /** @description Only pictures with at most so many objects. */
        most?: number | null;
        /** @description What comes first; names decide among equals. */
        order?: 'name' | 'most_objects' | 'fewest_objects' | 'last_marked';
        /** @description Only names with this text. */
        search?: string;
        /** @description Only pictures in this state. */
        state?: ('new' | 'work' | 'done' | 'doubtful' | 'checked') | null;
      };
      header?: never;
      path: {
        /** @description A picture's number. */
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
          'application/json': components['schemas']['PlaceAnswer'];
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
      /** @description Asked for under another host name, or by the page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
        /** @description The picture's `modified`: lets a browser keep it. */
        v?: string | null;
      };
      header?: never;
      path: {
        /** @description A picture's number. */
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
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Asked for under another host name, or by the page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
        /** @description The picture's `modified`: lets a browser keep it. */
        v?: string | null;
      };
      header?: never;
      path: {
        /** @description Counted in tiles from the top left. */
        column: number;
        /** @description 0 has the picture's own pixels; each above halves them. */
        level: number;
        /** @description A picture's number. */
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
      /** @description The token is missing or wrong (off loopback). */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description Asked for under another host name, or by the page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
        /** @description The picture to begin behind. */
        after?: number | null;
        /** @description Only pictures with an object of this label; 0: of none. */
        label?: number | null;
        /** @description Only pictures with so many objects. */
        least?: number;
        /** @description Only pictures with at most so many objects. */
        most?: number | null;
        /** @description What comes first; names decide among equals. */
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
      /** @description Asked for under another host name, or by the page of another site. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Problem'];
        };
      };
      /** @description There is no such thing. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
      /** @description Asked for under another host name, or by the page of another site. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
        /** @description Whose settings; those of nobody without a name. */
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
      /** @description Asked for under another host name, or by the page of another site. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
        /** @description Whose settings; those of nobody without a name. */
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
      /** @description What came cannot be used. */
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
      /** @description Asked for under another host name, or by the page of another site. */
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
      /** @description The request's content type is not taken. */
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
      /** @description Too much at once (try again after Retry-After), or the network or the store cannot be used. */
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
