/** As much of Express as this service uses. */
export interface Request {
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Response {
  status(code: number): this;
  json(body: unknown): void;
}

export type Handler = (request: Request, response: Response) => Promise<void>;
