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
    /** Merge a label into another, which its objects get */
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
    /** Act on a picture as it was at a version; the response is its new state */
    post: operations['act_api_pictures__picture__actions_post'];
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
    /** The click logs of its objects, which another network can replay */
    get: operations['logs_api_pictures__picture__logs_get'];
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
    /** Store the page's settings (shortcuts, theme, ...), all at once, 64 kB at most */
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
     *     known: sha256 of masks that the response need not hold.  key: a UUID that marks this action
     *     alone: a request that is repeated with it is applied once, and gets the first response again.
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
    /** @description A round of clicks, boxes and scribbles on an object; the rest is as for `AddClicks`. */
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
    /** @description A change that was made meanwhile.  time: seconds since 1970 (UTC). */
    ChangeAnswer: {
      author: string;
      text: string;
      time: number;
    };
    /** @description An object that the files hold with other pixels. */
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
     *     round: from 0; the prompts of a round were predicted together.  index: among all prompts of the
     *     object, from 0.
     */
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
     * @description Copies of another picture's objects, on top in their order, to be corrected by clicks.
     *
     *     The other picture has the same size.  Copies of objects that are already there with the same
     *     pixels are left out.  objects: their ids; None copies all.
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
    /** @description The deletion of some objects. */
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
    /** @description An export.  url: of its zip file, until the server stops or has made several more exports. */
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
    /** @description A format of exports.  cannot_hold: any of holes, parts and overlap. */
    FormatAnswer: {
      cannot_hold: string[];
      holds_attributes: boolean;
      name: string;
      title: string;
    };
    /** @description The sign that the server runs. */
    Health: {
      network: components['schemas']['NetworkAnswer'] | null;
      /** @constant */
      status: 'ok';
      version: string;
    };
    /**
     * @description The report of an import.
     *
     *     objects, labels: added.  problems: a sentence for each reason why shapes or pictures were left
     *     out.  shapes, taken: shapes in the files on pictures of the project, and how many were read.
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
    /** @description A label of the project.  index: in the list of labels, from 0. */
    LabelAnswer: {
      attributes: components['schemas']['AttributeAnswer'][];
      colour: string;
      id: number;
      index: number;
      name: string;
    };
    /** @description New properties of a label.  index: in the list, from 0.  attributes: replace the old ones. */
    LabelChange: {
      attributes?: components['schemas']['AttributeRequest'][] | null;
      colour?: string | null;
      index?: number | null;
      name?: string | null;
    };
    /** @description Objects of each label that has some, by its id; 0: objects without a label. */
    LabelCounts: {
      counts: {
        [key: string]: number;
      };
    };
    /** @description The label that the objects get.  into: its id. */
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
    /**
     * @description The union of several objects.
     *
     *     object: gets the pixels of the others; further clicks start from there.  objects: are deleted.
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
     * @description A new index of an object in the order.
     *
     *     index: 0 is the bottom; any index beyond the last means the top.
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
     *     runtime: empty until it is loaded.  problem: why it cannot be used.  identity: of weights and
     *     settings together, as objects name their network; null until it is loaded.
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
     *     tidy: specks and holes of at most so many pixels are removed from predicted masks.
     *     mask: its sha256, null without a pixel.  start: whether its clicks start from a mask.
     *     network: the identity of the network that made the mask from clicks; with another network,
     *     further clicks start from the mask.
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
    /** @description A part of the list.  total: the number of pictures that fit the state and the search. */
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
    /** @description An error.  error: one sentence. */
    Problem: {
      error: string;
    };
    /**
     * @description The folder, its labels, and what else the page needs at its start.
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
    /** @description A repetition of the change that was undone last. */
    Redo: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      type: 'redo';
    };
    /**
     * @description The removal of a prompt; an object that has no other prompt or mask is deleted.
     *
     *     index: of the prompt among all prompts of the object, from 0.
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
    /** @description The report of an export.  text: for people. */
    ReportAnswer: {
      changed: components['schemas']['ChangedAnswer'][];
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
    /** @description The pictures after a scan. */
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
    /**
     * @description The mask of an object after brush and eraser; further clicks start from it.
     *
     *     object: None makes a new object on top.  mask: None is without a pixel.
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
    /** @description A step back to the document before the last change. */
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
  thumbnail_api_pictures__picture__thumbnail_get: {
    parameters: {
      query?: {
        /** @description The picture's `modified`: lets a browser keep it. */
        v?: string | null;
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
        /** @description The picture's `modified`: lets a browser keep it. */
        v?: string | null;
      };
      header?: never;
      path: {
        /** @description Counted in tiles from the top left. */
        column: number;
        /** @description 0 has the picture's own pixels; each above halves them. */
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
  following_api_pictures_next_get: {
    parameters: {
      query?: {
        /** @description The id of the picture to search behind. */
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
        /** @description Whose settings; without a name, the shared ones. */
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
        /** @description Whose settings; without a name, the shared ones. */
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
