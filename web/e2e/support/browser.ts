/** Chromium without windows, and a watch on what its pages ask for and complain about. */

import { chromium as engine, type Browser, type BrowserContext } from 'playwright-core';
import { chromium } from './paths';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launch = (): Promise<Browser> =>
  engine.launch({ executablePath: chromium(), headless: true, args: FLAGS });

/** What a context's pages did that a good page does not do. */
export class Watch {
  /** Addresses outside of the server. */
  readonly foreign: string[] = [];
  /** Errors and warnings of the console, and errors that nobody caught. */
  readonly complaints: string[] = [];

  constructor(context: BrowserContext, origin: string) {
    context.on('request', (request) => {
      const url = new URL(request.url());
      const inside = url.origin === origin || url.protocol === 'blob:' || url.protocol === 'data:';
      if (!inside) this.foreign.push(request.url());
    });
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    context.on('weberror', (error) => this.complaints.push(String(error.error())));
  }

  /** Complaints but those that fit, which the test caused on purpose. */
  unexpected(...caused: RegExp[]): string[] {
    return this.complaints.filter(
      (complaint) => !caused.some((pattern) => pattern.test(complaint)),
    );
  }
}
