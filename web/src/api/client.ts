// One way to the server: JSON in and out, errors as RFC 9457 problems, the CSRF token and idempotency keys on writes.
import { locale, sentences, text, type Text } from '@/i18n'

export interface Where {
  file?: string
  line?: number
  column?: number
  field?: string
}

export interface Fault {
  field: string
  message: Text | string
}

/** What the server refused, or that it was not reached (status 0). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: Text | string,
    readonly hint: Text | string = '',
    readonly where: Where | undefined = undefined,
    readonly requestId: string = '',
    /** What is wrong, field by field. */
    readonly faults: Fault[] = [],
  ) {
    super(code)
  }
}

export interface Page<T> {
  items: T[]
  next: string | null
}

export type Query = Record<string, string | number | boolean | null | undefined>

export interface Options {
  query?: Query
  body?: unknown
  /** Bytes sent as they are, e.g. a file. */
  bytes?: Blob
  signal?: AbortSignal
  etag?: string
}

const base = '/api/v1'
let csrf: string | null = ''
let expired: () => void = () => {}

export function setCsrf(token: string | null): void {
  csrf = token
}

/** Called when a request finds that the session has ended. */
export function onExpired(call: () => void): void {
  expired = call
}

export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') search.set(key, String(value))
  const tail = search.toString()
  return base + path + (tail ? (path.includes('?') ? '&' : '?') + tail : '')
}

export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': locale.value }
  if (method !== 'GET') {
    if (csrf) headers['X-CSRF-Token'] = csrf
    headers['Idempotency-Key'] = key()
  }
  if (options.etag) headers['If-Match'] = options.etag
  let body: BodyInit | undefined
  if (options.bytes) {
    body = options.bytes
    headers['Content-Type'] = 'application/octet-stream'
  } else if (options.body !== undefined) {
    body = JSON.stringify(options.body)
    headers['Content-Type'] = 'application/json'
  }
  let answer: Response
  try {
    answer = await fetch(address(path, options.query), { method, headers, body, signal: options.signal, credentials: 'same-origin' })
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw unreachable()
  }
  if (answer.status === 204) return undefined as T
  const type = answer.headers.get('Content-Type') ?? ''
  const content = type.includes('json') ? await answer.json().catch(() => null) : await answer.text()
  if (answer.ok) return content as T
  if (answer.status === 401 && !path.startsWith('/session')) expired()
  throw problem(answer.status, content)
}

const unreachable = () => new Problem(0, 'web.unreachable', { zh: '连不上服务器。', en: 'The server cannot be reached.' }, { zh: '请检查网络后重试。', en: 'Check the network, then try again.' })

function problem(status: number, content: unknown): Problem {
  const c = (typeof content === 'object' && content !== null ? content : {}) as Record<string, unknown>
  const said = (c.detail ?? c.title ?? '') as Text | string
  return new Problem(status, String(c.code ?? `http.${status}`), said, (c.hint ?? '') as Text | string, c.where as Where | undefined, String(c.request_id ?? ''), Array.isArray(c.errors) ? (c.errors as Fault[]) : [])
}

function key(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal) => request<T>('GET', path, { query, signal })
export const post = <T>(path: string, body?: unknown, query?: Query) => request<T>('POST', path, { body, query })
/** A file as it is. */
export const upload = <T>(path: string, bytes: Blob, query: Query) => request<T>('POST', path, { bytes, query })
export const put = <T>(path: string, body: unknown) => request<T>('PUT', path, { body })
export const patch = <T>(path: string, body: unknown, etag?: string) => request<T>('PATCH', path, { body, etag })
/** The tag of what is about to be edited, for If-Match: an edit of something that changed meanwhile is refused. */
export async function etagOf(path: string): Promise<string | undefined> {
  const answer = await fetch(address(path), { headers: { Accept: 'application/json', 'Accept-Language': locale.value }, credentials: 'same-origin', cache: 'no-store' })
  if (!answer.ok) throw problem(answer.status, await answer.json().catch(() => null))
  return answer.headers.get('ETag') ?? undefined
}
export const remove = <T>(path: string, body?: unknown) => request<T>('DELETE', path, { body })

/** A file that is made for this request: its bytes and its name. */
export async function fetched(path: string, body?: Blob): Promise<{ bytes: Blob; name: string }> {
  let answer: Response
  try {
    answer = await fetch(address(path), { method: 'POST', body, headers: { 'Accept-Language': locale.value, ...(body ? { 'Content-Type': 'application/octet-stream' } : {}), ...(csrf ? { 'X-CSRF-Token': csrf } : {}) }, credentials: 'same-origin', cache: 'no-store' })
  } catch {
    throw unreachable()
  }
  if (!answer.ok) throw problem(answer.status, await answer.json().catch(() => null))
  const name = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? 'export'
  return { bytes: await answer.blob(), name: decodeURIComponent(name) }
}

/** Every item of a list, page by page, up to `most`. */
export async function all<T>(path: string, query: Query = {}, most = 5000): Promise<T[]> {
  const out: T[] = []
  let cursor: string | null = null
  do {
    const page: Page<T> = await get<Page<T>>(path, { limit: 500, ...query, cursor })
    out.push(...page.items)
    cursor = page.next
  } while (cursor && out.length < most)
  return out
}

/** What to tell the user about an error. */
export function told(error: unknown): string {
  if (error instanceof Problem) return sentences(text(error.detail) || error.code, text(error.hint))
  return error instanceof Error ? error.message : String(error)
}
