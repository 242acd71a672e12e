export type IngestErrorCode =
  /** Nobody who may receive it is subscribed to this topic now. */
  | 'no-subscriber'
  /** It was sent, and no subscriber said in time that it has it. */
  | 'not-acknowledged'
  /** The existing broker is out of reach. */
  | 'broker-lost'
  | 'door-closed'
  /** The address to listen on is taken or not ours. */
  | 'address-unusable'
  | 'password-hash-invalid';

export class IngestError extends Error {
  override readonly name = 'IngestError';
  readonly code: IngestErrorCode;

  constructor(code: IngestErrorCode, detail?: string) {
    super(detail === undefined ? code : `${code}: ${detail}`);
    this.code = code;
  }
}
