/**
 * As much of the frameworks' types as the snippets use: the packages themselves are not installed here. Held against
 * express 5.3, fastify 5.12, hono 4.13, rxjs 7.8 when the snippets were written.
 */
export const frameworks: Readonly<Record<string, string>> = {
  express: `
    import type { Server } from "node:http";
    interface Request { body: any }
    interface Response { status(code: number): this; json(body: unknown): this }
    export type RequestHandler = (request: Request, response: Response, next: (error?: unknown) => void) => unknown;
    interface Application {
      use(handler: RequestHandler): this;
      post(path: string, handler: RequestHandler): this;
      listen(port: number): Server;
    }
    declare function express(): Application;
    declare namespace express { function json(): RequestHandler }
    export default express;
  `,
  fastify: `
    export interface FastifyRequest<Route extends { Body?: unknown } = {}> { body: Route["Body"] }
    interface FastifyReply { code(status: number): this }
    interface FastifyInstance {
      post<Body>(
        path: string,
        handler: (request: FastifyRequest<{ Body: Body }>, reply: FastifyReply) => Promise<unknown>,
      ): this;
    }
    export default function fastify(): FastifyInstance;
  `,
  hono: `
    interface Context {
      req: { json<T>(): Promise<T> };
      json(body: unknown, status: number): Response;
    }
    export class Hono {
      use(handler: (context: Context, next: () => Promise<void>) => Promise<Response | void>): this;
      post(path: string, handler: (context: Context) => Promise<Response>): this;
    }
  `,
  rxjs: `
    export interface Observable<T> { subscribe(observer: (value: T) => void): unknown }
    export function from<T>(promise: Promise<T>): Observable<T>;
    export function lastValueFrom<T, D>(observable: Observable<T>, options: { defaultValue: D }): Promise<T | D>;
  `,
};
