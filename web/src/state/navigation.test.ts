import { describe, expect, it, vi } from 'vitest';
import { started } from '../testing/app';
import { App } from './app.svelte';
import { settled } from '../testing/platform';
import { FakeServer } from '../testing/server';

describe('navigation', () => {
  it('starts with the picture of the address, else with the first that is not done', async () => {
    const server = new FakeServer('a.jpg', 'b.jpg', 'c.jpg');
    server.finish(1);
    const { app } = await started(server);
    expect(app.navigation.current?.name).toBe('b.jpg');
    expect((await started(server, '#picture=3')).app.navigation.current?.name).toBe('c.jpg');
  });

  it('shows a kept picture at once and loads the next in advance', async () => {
    const { app, server } = await started(['a.jpg', 'b.jpg', 'c.jpg']);
    const { navigation } = app;
    expect(navigation.next?.name).toBe('b.jpg');
    server.log.length = 0;
    const move = navigation.go(1);
    await settled();
    await move;
    expect([navigation.current?.name, navigation.next?.name]).toEqual(['b.jpg', 'c.jpg']);
    navigation.step(-1);
    await settled();
    expect([navigation.current?.name, app.platform.hash()]).toEqual(['a.jpg', '#picture=1']);
  });

  it('shows the last of several pictures asked for in a row', async () => {
    const { app } = await started(['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg']);
    void app.navigation.go(1);
    void app.navigation.go(3);
    await settled();
    expect([app.navigation.current?.name, app.navigation.loading]).toEqual(['d.jpg', false]);
  });

  it('sends what is pending on a picture that was left, and keeps it until then', async () => {
    const { app, server } = await started(['a.jpg', 'b.jpg']);
    server.hold();
    app.editing.click({ x: 5, y: 5 }, true, false);
    await app.navigation.go(1);
    app.navigation.forgetOthers();
    expect(app.navigation.opened.has(1)).toBe(true);
    server.free();
    await settled();
    expect(server.state(1).document.objects[0]?.clicks).toHaveLength(1);
    expect(app.navigation.current?.document.objects).toEqual([]);
  });

  it('forgets the oldest pictures, but not those with something pending', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `${index}.jpg`);
    const { app, server } = await started(names);
    server.hold();
    app.editing.click({ x: 5, y: 5 }, true, false);
    for (let index = 1; index < 20; index++) await app.navigation.go(index);
    expect(app.navigation.opened.size).toBeLessThanOrEqual(13);
    expect(app.navigation.opened.has(1)).toBe(true);
  });

  it('marks a picture as done and finds the next one that is not, around the end', async () => {
    const server = new FakeServer('a.jpg', 'b.jpg', 'c.jpg');
    server.finish(2);
    const { app } = await started(server, '#picture=3');
    await app.navigation.doneAndNext();
    await settled();
    expect([server.state(3).document.done, app.navigation.current?.name]).toEqual([true, 'a.jpg']);
    await app.navigation.doneAndNext();
    await settled();
    expect(app.notes.shown.at(-1)?.text).toBe('All pictures of this list are done.');
  });

  it('marks a picture as checked and finds the next one that is done', async () => {
    const server = new FakeServer('a.jpg', 'b.jpg', 'c.jpg', 'd.jpg');
    for (const id of [1, 4]) server.finish(id);
    server.finish(2, 'doubtful');
    const { app } = await started(server, '#picture=1');
    await app.navigation.checkedAndNext();
    await settled();
    expect([server.state(1).document.mark?.state, app.navigation.current?.name]).toEqual([
      'checked',
      'd.jpg',
    ]);
    await app.navigation.checkedAndNext();
    await settled();
    expect(app.notes.shown.at(-1)?.text).toBe('No other picture of this list waits for a check.');
    expect(app.navigation.index.counts).toMatchObject({ done: 0, doubtful: 1, checked: 2 });
  });

  it('takes a mark away that is set a second time', async () => {
    const { app, server } = await started(['a.jpg']);
    app.navigation.toggleMark('doubtful');
    app.navigation.toggleMark('checked');
    app.navigation.toggleMark('checked');
    await settled();
    const marks = server.actions.map((action) => 'mark' in action && action.mark);
    expect(marks).toEqual(['doubtful', 'checked', null]);
  });

  it('copies the objects to the next picture once they are saved', async () => {
    const { app, server } = await started(['a.jpg', 'b.jpg']);
    await app.navigation.copyToNext();
    expect(app.notes.shown.at(-1)?.text).toBe('This picture has no object to copy.');
    app.editing.click({ x: 5, y: 5 }, true, false);
    await app.navigation.copyToNext();
    await settled();
    expect(app.navigation.current?.name).toBe('b.jpg');
    expect(server.state(2).document.objects).toHaveLength(1);
  });

  it('saves a stroke of the brush that is under way before objects are taken', async () => {
    const { app, server } = await started(['a.jpg', 'b.jpg']);
    app.editing.click({ x: 5, y: 5 }, true, false);
    await settled();
    app.editing.activate(null);
    app.brush.paint({ x: 2, y: 2 }, false, true);
    expect(await app.navigation.sourceFor('copy')).toBe(app.navigation.current);
    expect(server.state(1).document.objects).toHaveLength(2);
  });

  it('keeps the picture on screen while the list is filtered', async () => {
    const { app } = await started(['cat.jpg', 'dog.jpg']);
    await app.navigation.filter('', 'dog');
    expect([app.navigation.current?.name, app.navigation.position]).toEqual(['cat.jpg', -1]);
    await app.navigation.filter('', '');
    expect(app.navigation.position).toBe(0);
  });

  it('opens a found picture before the index of the shown one is known', async () => {
    const { navigation } = (await started(['cat.jpg', 'dog.jpg'])).app;
    let answer: (index: null) => void = () => {};
    vi.spyOn(navigation.index, 'locate').mockReturnValueOnce(
      new Promise((resolve) => (answer = resolve)),
    );
    const filtered = navigation.filter('', 'dog');
    await settled();
    // The first row of the list before was the picture on screen, that of this list is another.
    await navigation.go(0);
    expect([navigation.current?.name, navigation.position]).toEqual(['dog.jpg', 0]);
    answer(null);
    await filtered;
    expect(navigation.position).toBe(0);
  });

  it('finds its picture in a list of more rows than are loaded, whatever the list shows', async () => {
    const names = Array.from({ length: 450 }, (_, index) => `${index % 2 ? 'cat' : 'dog'}${index}`);
    const server = new FakeServer(...names);
    const { app } = await started(server, '#picture=400');
    const { navigation } = app;
    const here = () => [navigation.current?.id, navigation.position, navigation.index.total];
    expect(here()).toEqual([400, 399, 450]);
    await navigation.filter('', 'cat');
    expect(here()).toEqual([400, 199, 225]);
    await navigation.filter('', 'dog');
    expect(here()).toEqual([400, -1, 225]);
    await navigation.filter('', '');
    expect(here()).toEqual([400, 399, 450]);
    expect(navigation.index.row(250)).toBeUndefined(); // nothing between was loaded
    expect((await started(server, '#picture=999')).app.navigation.position).toBe(0);
  });

  it('asks for the next picture that is not done instead of reading the list', async () => {
    const server = new FakeServer(...Array.from({ length: 450 }, (_, index) => `${index}.jpg`));
    for (let id = 1; id < 400; id++) server.finish(id);
    const { app } = await started(server);
    expect([app.navigation.current?.id, app.navigation.position]).toEqual([400, 399]);
    const lists = server.log.filter((line) => line.startsWith('pictures'));
    expect(lists).toEqual(['pictures 0', 'pictures 300', 'pictures 400']);
    await app.navigation.filter('new', '');
    await app.navigation.doneAndNext();
    await settled();
    expect([app.navigation.current?.id, app.navigation.position]).toEqual([401, 1]);
  });

  it('shows the next picture also when the mark is saved while its row is loaded', async () => {
    const server = new FakeServer(...Array.from({ length: 450 }, (_, index) => `${index}.jpg`));
    const { app } = await started(server, '#picture=208');
    await app.navigation.filter('new', '');
    server.hold();
    // The marked picture leaves the list between the question for the index and for the rows.
    server.before = (request) => {
      if (request === 'pictures 200') server.finish(208);
    };
    await app.navigation.doneAndNext();
    await settled();
    const { current, index, position } = app.navigation;
    expect([current?.id, position, index.row(position)?.id]).toEqual([209, 207, 209]);
  });

  it('continues the unfinished object after a reload, unless it was left', async () => {
    const { app, server, platform } = await started(['a.jpg']);
    app.editing.click({ x: 5, y: 5 }, true, false);
    await settled();
    const again = async () => {
      const next = new App(server.api, platform);
      await next.start();
      await settled();
      return next;
    };
    expect((await again()).navigation.current?.activeId).toBe(1);
    app.editing.activate(null);
    app.navigation.remember();
    expect((await again()).navigation.current?.activeId).toBeNull();
    const { document } = server.state(1);
    document.objects[0]!.finished = true;
    platform.session.setItem('fcfi.active', 'damaged');
    expect((await again()).navigation.current?.activeId).toBeNull();
  });

  it('warns when the file of a picture with masks was replaced', async () => {
    const { app, server } = await started(['a.jpg']);
    app.editing.click({ x: 5, y: 5 }, true, false);
    await settled();
    const stored = server.pictures.get(1)!;
    stored.row = { ...stored.row, modified: '2' };
    await app.navigation.refresh();
    expect(app.notes.shown.map((note) => [note.kind, note.text])).toEqual([
      ['warning', 'The file of a.jpg was replaced: check whether its masks still fit.'],
    ]);
  });

  it('notices that the server is gone, and that it is back', async () => {
    const { app, server, platform } = await started(['a.jpg']);
    server.down = true;
    await app.navigation.refresh();
    expect(app.connection.online).toBe(false);
    server.down = false;
    platform.pass(4000);
    await settled();
    expect(app.connection.online).toBe(true);
  });
});
