// Cuts a stream of text into the `data` of its server-sent events (WHATWG HTML §9.2.6), however it was chunked.
// Comments are heartbeats and are told as such.
export class SseParser {
  #buffer = '';
  #data: string[] = [];
  #onData: (data: string) => void;
  #onComment: () => void;

  constructor(onData: (data: string) => void, onComment: () => void) {
    this.#onData = onData;
    this.#onComment = onComment;
  }

  push(chunk: string): void {
    const lines = (this.#buffer + chunk).split(/\r\n|\n|\r(?!$)/);
    this.#buffer = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    if (line === '') {
      if (this.#data.length > 0) this.#onData(this.#data.join('\n'));
      this.#data = [];
    } else if (line.startsWith(':')) {
      this.#onComment();
    } else if (line.startsWith('data:')) {
      this.#data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
    }
  }
}
