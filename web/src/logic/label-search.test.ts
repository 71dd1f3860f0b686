import { describe, expect, it } from 'vitest';
import { isLabelName, matchingLabels } from './label-search';

const names = ['person', 'traffic light', 'light', 'Élan', 'cat', 'car', 'cart'];
const labels = names.map((name, index) => ({
  id: index + 1,
  name,
  colour: '#000000',
  index,
  attributes: [],
  number: null,
  supercategory: '',
}));
const found = (typed: string, recent: number[] = []) =>
  matchingLabels(labels, typed, recent).map((label) => label.name);

describe('labels that fit', () => {
  it('come in the order exact, beginning, word, part, letters in order', () => {
    expect(found('light')).toEqual(['light', 'traffic light']);
    expect(found('car')).toEqual(['car', 'cart']);
    expect(found('ght')).toEqual(['traffic light', 'light']);
    expect(found('psn')).toEqual(['person']);
    expect(found('xyz')).toEqual([]);
  });

  it('are found without upper case and accents', () => {
    expect(found(' elan ')).toEqual(['Élan']);
    expect(found('CAT')).toEqual(['cat', 'cart']);
  });

  it('come the recent ones first, among equals', () => {
    expect(found('', [6, 2])).toEqual([
      'car',
      'traffic light',
      'person',
      'light',
      'Élan',
      'cat',
      'cart',
    ]);
    expect(found('ca', [7])).toEqual(['cart', 'cat', 'car']);
  });
});

it('a label has a name only as it is written', () => {
  expect([isLabelName(labels, ' cat '), isLabelName(labels, 'Cat')]).toEqual([true, false]);
});
