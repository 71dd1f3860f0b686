import { describe, expect, it } from 'vitest';
import { freshColour, lighter, objectColour, PALETTE, textOn, withAlpha } from './colours';

const labels = [
  {
    id: 3,
    name: 'cat',
    colour: '#123456',
    index: 0,
    attributes: [],
    number: null,
    supercategory: '',
  },
];

describe('colours', () => {
  it('of an object is its own, else its label’s, else one by number', () => {
    expect(objectColour({ id: 1, label: 3, colour: '#ffffff' }, labels)).toBe('#ffffff');
    expect(objectColour({ id: 1, label: 3, colour: null }, labels)).toBe('#123456');
    expect(objectColour({ id: 2, label: null, colour: null }, labels)).toBe(PALETTE[1]);
    expect(objectColour({ id: -4, label: 99, colour: null }, labels)).toMatch(/^#/);
  });

  it('of a new label is one that no other has', () => {
    const taken = PALETTE.slice(0, 4).map((colour, id) => ({
      id,
      name: `${id}`,
      colour,
      index: id,
      attributes: [],
      number: null,
      supercategory: '',
    }));
    expect(freshColour(taken)).toBe(PALETTE[4]);
  });

  it('carry readable text', () => {
    expect(textOn('#000000')).toBe('#ffffff');
    expect(textOn('#ffee00')).toBe('#000000');
  });

  it('take an alpha and get lighter', () => {
    expect(lighter('#ff0001')).toBe('rgb(255, 128, 128)');
    expect(withAlpha('#ff8000', 0.5)).toBe('rgba(255, 128, 0, 0.5)');
  });
});
