// What a helpdesk would send that means harm, or whose customers do: markup, characters that turn the text round, words
// without end, emoji that are many characters, templates of other languages.
export const MARKUP = `<img src=x onerror="document.title='hacked'"><script>document.title='hacked'</script>`;
export const HOSTILE = [
  MARKUP,
  `\u202egnirts desrever\u202c \u2066isolate`,
  'W'.repeat(10_000),
  '👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿👍🏽'.repeat(40),
  `\${alert(1)} {{constructor.constructor('alert(1)')()}} "><svg onload=alert(1)>`,
];

/** Whole characters: half of an emoji is no text. */
export const first = (text: string, count: number) => Array.from(text).slice(0, count).join('');
