import { describe, expect, it } from 'vitest';
import { started } from '../testing/app';
import { settled } from '../testing/platform';
import { FakeServer } from '../testing/server';

const LABELS = [
  {
    id: 1,
    name: 'cat',
    colour: '#000000',
    index: 0,
    attributes: [],
    number: null,
    supercategory: '',
  },
  {
    id: 2,
    name: 'dog',
    colour: '#ffffff',
    index: 1,
    attributes: [],
    number: null,
    supercategory: '',
  },
];
async function labelled() {
  const server = new FakeServer('a.jpg');
  server.labels = LABELS;
  return started(server);
}

describe('clicks', () => {
  it('go to the active object; the first makes a new one with the armed label', async () => {
    const { app, server } = await labelled();
    app.settings.set('keepOut', true);
    app.editing.click({ x: 1, y: 2 }, true, false);
    app.editing.click({ x: 3, y: 4 }, false, false);
    await settled();
    expect(server.actions).toEqual([
      {
        type: 'click',
        object: null,
        clicks: [{ x: 1, y: 2, positive: true }],
        label: 1,
        keep_out: true,
      },
      {
        type: 'click',
        object: 1,
        clicks: [{ x: 3, y: 4, positive: false }],
        label: null,
        keep_out: null,
      },
    ]);
  });

  it('that are collected are sent together, and can be taken back one by one', async () => {
    const { app, server } = await started();
    const { editing } = app;
    for (const x of [1, 2, 3]) editing.click({ x, y: 0 }, true, true);
    editing.undo();
    editing.removeClick(0);
    expect(editing.collected.map((click) => click.x)).toEqual([2]);
    editing.click({ x: 9, y: 0 }, false, false);
    await settled();
    expect(server.actions).toMatchObject([
      {
        clicks: [
          { x: 2, positive: true },
          { x: 9, positive: false },
        ],
      },
    ]);
    expect(editing.collected).toEqual([]);
  });

  it('are removed by index, the hovered one or the last', async () => {
    const { app, server } = await started();
    for (const x of [1, 2, 3]) app.editing.click({ x, y: 0 }, true, false);
    await settled();
    app.editing.hovered = 0;
    app.editing.removeHoveredOrLast();
    app.editing.removeHoveredOrLast();
    await settled();
    expect(server.state(1).document.objects[0]!.clicks.map((click) => click.x)).toEqual([2]);
  });

  it('need a positive one before a new object is made', async () => {
    const { app, server } = await started();
    app.editing.click({ x: 1, y: 1 }, false, false);
    app.editing.click({ x: 2, y: 2 }, false, true);
    app.editing.flush();
    await settled();
    expect([server.actions, app.unsaved]).toEqual([[], false]);
    expect(app.notes.shown.at(-1)?.text).toMatch(/Click on an object first/);
    app.editing.click({ x: 1, y: 1 }, false, true);
    app.editing.click({ x: 9, y: 9 }, true, false);
    await settled();
    expect(server.actions).toMatchObject([{ clicks: [{ positive: false }, { positive: true }] }]);
  });

  it('made right after the last one was removed make the object again', async () => {
    const { app, server } = await labelled();
    app.editing.useLabel(2);
    app.editing.click({ x: 1, y: 1 }, true, false);
    await settled();
    server.hold();
    app.editing.removeHoveredOrLast();
    app.editing.click({ x: 9, y: 9 }, true, false);
    app.editing.click({ x: 20, y: 9 }, true, false);
    server.free();
    await settled();
    const { objects } = server.state(1).document;
    expect(objects.map((object) => [object.label, object.clicks.length])).toEqual([[2, 2]]);
    expect(app.navigation.current?.activeId).toBe(objects[0]!.id);
    expect(app.notes.shown).toEqual([]);
  });

  it('do nothing on a picture that cannot be read', async () => {
    const server = new FakeServer();
    server.addPicture(1, 'bad.jpg', { problem: 'cut off', width: 0, height: 0 });
    const { app } = await started(server);
    app.editing.click({ x: 1, y: 1 }, true, false);
    expect(app.unsaved).toBe(false);
  });
});

describe('objects', () => {
  it('are finished; the next click starts another, positive again', async () => {
    const { app, server } = await started();
    app.editing.click({ x: 1, y: 1 }, true, false);
    app.editing.positive = false;
    app.editing.finish();
    expect([app.editing.positive, app.navigation.current?.active]).toEqual([true, null]);
    app.editing.click({ x: 9, y: 9 }, true, false);
    await settled();
    const { objects } = server.state(1).document;
    expect(objects.map((object) => object.finished)).toEqual([true, false]);
  });

  it('become visible when they are activated', async () => {
    const { app, server } = await started();
    app.editing.click({ x: 1, y: 1 }, true, false);
    await settled();
    app.editing.toggleVisible();
    app.editing.activate(null);
    app.editing.activate(1);
    await settled();
    expect(server.state(1).document.objects[0]!.visible).toBe(true);
    app.editing.toggleAllVisible();
    await settled();
    expect(server.state(1).document.objects[0]!.visible).toBe(false);
  });

  it('say what is missing when none is active', async () => {
    const { app, server } = await started();
    app.editing.merge({ x: 1, y: 1 });
    app.editing.fillHoles();
    app.editing.delete();
    expect(app.notes.shown.map((note) => note.text)).toEqual([
      'Open an object first: click its row in the list.',
    ]);
    expect(server.actions).toEqual([]);
  });

  it('are cleaned with the sizes of the settings', async () => {
    const { app, server } = await started();
    app.editing.click({ x: 1, y: 1 }, true, false);
    app.editing.fillHoles();
    app.editing.dropSpecks();
    app.settings.set('holes', 7);
    app.settings.set('specks', 9);
    app.editing.fillHoles();
    app.editing.dropSpecks();
    await settled();
    expect(
      server.actions.flatMap((action) =>
        action.type === 'clean' ? [[action.fill_holes, action.drop_specks]] : [],
      ),
    ).toEqual([
      [2 ** 31 - 1, 0],
      [0, 16],
      [7, 0],
      [0, 9],
    ]);
  });

  it('are kept out of finished neighbours, and new ones too', async () => {
    const { app, server } = await started();
    app.editing.click({ x: 1, y: 1 }, true, false);
    app.editing.toggleKeepOut();
    await settled();
    expect([app.settings.values.keepOut, server.state(1).document.objects[0]!.keep_out]).toEqual([
      true,
      true,
    ]);
  });
});

describe('labels', () => {
  it('are given to the active object and armed for new ones', async () => {
    const { app, server } = await labelled();
    app.editing.click({ x: 1, y: 1 }, true, false);
    app.editing.useLabel(2);
    expect(app.notes.announced).toBe('dog assigned');
    await settled();
    expect([server.state(1).document.objects[0]!.label, app.labels.armed]).toEqual([2, 2]);
  });

  it('are added when no label has the name', async () => {
    const { app, server } = await labelled();
    await app.editing.useNamedLabel('dog');
    await app.editing.useNamedLabel('fox');
    expect(server.labels.map((label) => label.name)).toEqual(['cat', 'dog', 'fox']);
    expect([app.labels.armed, app.labels.recent]).toEqual([3, [3, 2]]);
  });
});

describe('undo and redo', () => {
  it('say so when there is nothing, and ask the server when there may be', async () => {
    const { app, server } = await started();
    app.editing.undo();
    app.editing.redo();
    expect(app.notes.shown.map((note) => [note.kind, note.text])).toEqual([
      ['info', 'There is nothing to undo on this picture.'],
      ['info', 'There is nothing to redo on this picture.'],
    ]);
    app.editing.click({ x: 1, y: 1 }, true, false);
    app.editing.undo();
    app.editing.redo();
    await settled();
    expect(server.actions.map((action) => action.type)).toEqual(['click', 'undo', 'redo']);
  });
});

it('cancel steps back from what was begun last', async () => {
  const { app } = await started();
  app.editing.click({ x: 1, y: 1 }, true, false);
  app.editing.tool = 'brush';
  app.viewport.cross = { x: 1, y: 1 };
  app.drawer = 'objects';
  app.editing.click({ x: 2, y: 2 }, true, true);
  const left = () => [
    app.editing.collected.length,
    app.drawer,
    app.editing.tool,
    app.viewport.cross !== null,
    app.navigation.current?.active !== null,
  ];
  app.cancel();
  expect(left()).toEqual([0, 'objects', 'brush', true, true]);
  app.cancel();
  expect(left()).toEqual([0, null, 'brush', true, true]);
  app.cancel();
  expect(left()).toEqual([0, null, 'click', true, true]);
  app.cancel();
  expect(left()).toEqual([0, null, 'click', false, true]);
  app.cancel();
  expect(left()).toEqual([0, null, 'click', false, false]);
});
