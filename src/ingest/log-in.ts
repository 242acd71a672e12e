import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { IngestError } from './ingest-error.ts';

interface PasswordHash {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** scrypt runs on the thread pool that file work shares: two at a time leave room. */
const CONCURRENCY = 2;
const MEMORY = 256 * 1_024 * 1_024;
const DECOY = 'scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';

/** As `scrypt$N$r$p$salt$hash`, salt and hash in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const made = await derive(Buffer.from(password), { cost: 16_384, blockSize: 8, parallelization: 1, salt, hash: Buffer.alloc(32) });
  return `scrypt$16384$8$1$${salt.toString('base64')}$${made.toString('base64')}`;
}

/**
 * Who may log in under which name. An unknown name takes as long as a wrong password. A password that was right once is
 * recognised by a keyed digest afterwards, so that 5,000 gateways may come back at once.
 */
export class LogIns {
  private readonly hashes = new Map<string, PasswordHash>();
  private readonly known = new Map<string, Buffer>();
  private readonly key = randomBytes(32);
  private readonly decoy = parse(DECOY);
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(logIns: ReadonlyMap<string, { readonly passwordHash: string }>) {
    for (const [user, { passwordHash }] of logIns) this.hashes.set(user, parse(passwordHash));
  }

  async check(user: string, password: Uint8Array): Promise<boolean> {
    const digest = createHmac('sha256', this.key).update(password).digest();
    const known = this.known.get(user);
    if (known !== undefined && timingSafeEqual(known, digest)) return true;
    const wanted = this.hashes.get(user);
    const right = await this.compare(password, wanted ?? this.decoy);
    if (!right || wanted === undefined) return false;
    this.known.set(user, digest);
    return true;
  }

  private async compare(password: Uint8Array, wanted: PasswordHash): Promise<boolean> {
    while (this.running >= CONCURRENCY) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.running += 1;
    try {
      return timingSafeEqual(await derive(password, wanted), wanted.hash);
    } finally {
      this.running -= 1;
      this.waiting.shift()?.();
    }
  }
}

function derive(password: Uint8Array, { cost, blockSize, parallelization, salt, hash }: PasswordHash): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hash.length, { cost, blockSize, parallelization, maxmem: MEMORY }, (error, made) =>
      error === null ? resolve(made) : reject(error),
    );
  });
}

function parse(text: string): PasswordHash {
  const [scheme, cost, blockSize, parallelization, salt, hash, ...more] = text.split('$');
  const parsed = {
    cost: Number(cost),
    blockSize: Number(blockSize),
    parallelization: Number(parallelization),
    salt: Buffer.from(salt ?? '', 'base64'),
    hash: Buffer.from(hash ?? '', 'base64'),
  };
  const whole = scheme === 'scrypt' && more.length === 0 && parsed.salt.length >= 8 && parsed.hash.length >= 16;
  if (!whole || !isAffordable(parsed))
    throw new IngestError('password-hash-invalid', 'expected scrypt$N$r$p$salt$hash, salt and hash in base64');
  return parsed;
}

function isAffordable({ cost, blockSize, parallelization }: PasswordHash): boolean {
  const powerOfTwo = Number.isInteger(cost) && cost >= 2 && 2 ** Math.round(Math.log2(cost)) === cost;
  if (!powerOfTwo || !Number.isInteger(blockSize) || blockSize < 1) return false;
  return Number.isInteger(parallelization) && parallelization >= 1 && parallelization <= 8 && 128 * cost * blockSize < MEMORY / 2;
}
