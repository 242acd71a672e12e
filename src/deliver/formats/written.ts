/** What goes out in one attempt: the bytes that are signed, and the headers that belong to the format. */
export interface Written {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
