/** The real `fcfi annotate` in a process of its own: started, stopped, killed. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ENVIRONMENT, ROOT, python } from './paths';

/** Loading Python, project and page on a busy machine, milliseconds. */
const START = 90_000;

export class Server {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
    /** All that it has said so far. */
    readonly said: () => string,
  ) {}

  /** Starts it for a folder. port 0: any free one. */
  static async start(folder: string, port = 0, more: readonly string[] = []): Promise<Server> {
    const words = [
      '-m',
      'fcfi',
      'annotate',
      folder,
      '--no-browser',
      '--port',
      String(port),
      ...more,
    ];
    const child = spawn(python(), words, {
      cwd: ROOT,
      env: ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    const url = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`the server does not start: ${said}`)),
        START,
      );
      const hear = (data: Buffer) => {
        said += data.toString();
        const found = /^Open:\s+(\S+)/m.exec(said);
        if (!found) return;
        clearTimeout(timer);
        resolve(found[1]!);
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
    });
    await answers(url);
    return new Server(child, url, () => said);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Lets it look for new pictures, and waits until it has. */
  async scan(): Promise<void> {
    const asked = await fetch(new URL('/api/pictures/scan', this.url), { method: 'POST' });
    let job = (await asked.json()) as { id: string; state: string };
    while (job.state === 'queued' || job.state === 'running') {
      await new Promise((go) => setTimeout(go, 20));
      const answer = await fetch(new URL(`/api/jobs/${job.id}`, this.url));
      job = (await answer.json()) as typeof job;
    }
    if (job.state !== 'done') throw new Error(`the scan has ended as ${job.state}`);
  }

  /** Asks it to stop, as Ctrl+C does; returns its exit code. */
  stop(): Promise<number | null> {
    return this.end('SIGINT');
  }

  /** SIGKILL: it cannot say goodbye. */
  kill(): Promise<number | null> {
    return this.end('SIGKILL');
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, 'exit');
      this.process.kill(signal);
      await ended;
    }
    return this.process.exitCode;
  }
}

/** Waits until the server answers and its network is loaded. */
async function answers(url: string): Promise<void> {
  for (
    const end = Date.now() + START;
    Date.now() < end;
    await new Promise((go) => setTimeout(go, 100))
  ) {
    const health = await fetch(new URL('/api/health', url)).then(
      (answer) => answer.json() as Promise<{ network: { state: string; problem: string | null } }>,
      () => null,
    );
    if (health?.network.state === 'ready') return;
    if (health?.network.state === 'failed')
      throw new Error(`no network: ${health.network.problem}`);
  }
  throw new Error(`${url} does not answer`);
}
