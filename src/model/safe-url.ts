/** An address as it may stand on screens and in logs: without user, password, query and fragment. */
export function safeUrl(url: string): string {
  // What is no URL is still no place for a password: all up to the last @ before the path goes.
  if (!URL.canParse(url)) return url.replace(/[?#].*$/, '').replace(/\/\/.*@/, '//');
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}
