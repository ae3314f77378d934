// The interface's own description, held against answers: each must be described, and be as described.
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(new URL('../..', import.meta.url).pathname, 'web/package.json'))
const Ajv = require('ajv/dist/2020').default
const formats = require('ajv-formats').default

/** The description a server gives of itself. */
export const described = async (url) => (await fetch(`${url}/api/v1/openapi.json`)).json()

export class Contract {
  constructor(description) {
    this.description = description
    this.checks = new Map()
    this.paths = Object.keys(description.paths).map((path) => [path, new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`)])
    // The most literal path wins: /imports/template before /imports/{id}.
    this.paths.sort(([a], [b]) => a.split('{').length - b.split('{').length)
    this.ajv = new Ajv({ strict: false, allErrors: true })
    formats(this.ajv)
    // Formats of ours, said in the description's own text.
    this.ajv.addFormat('decimal', /^-?\d+(\.\d+)?$/)
    this.ajv.addFormat('money', /^-?\d+\.\d{2}$/)
    this.ajv.addFormat('period', /^\d{4}(-(0[1-9]|1[0-2])(-\d{2})?|-Q[1-4])?$/)
    this.ajv.addSchema({ $id: 'tributary', components: description.components })
    this.answered = new Set() // «get /api/v1/home 200», for tests that want all
  }

  operation(method, path) {
    const found = this.paths.find(([, pattern]) => pattern.test(path))
    const name = method.toLowerCase()
    return found && this.description.paths[found[0]][name] ? [found[0], name] : null
  }

  checker(path, method, status, type) {
    const key = `${method} ${path} ${status} ${type}`
    if (!this.checks.has(key)) {
      const { responses } = this.description.paths[path][method]
      const content = (responses[status] ?? responses.default)?.content?.[type]
      // References point into the document; here it is another schema's neighbour.
      const schema = content && JSON.parse(JSON.stringify(content.schema).replaceAll('"#/components', '"tributary#/components'))
      this.checks.set(key, content ? this.ajv.compile(schema) : null)
    }
    return this.checks.get(key)
  }

  /** What is wrong with an answer: texts, none when all is well. */
  faults({ method, path, status, type, text }) {
    const where = `${method} ${path} ${status}`
    const found = this.operation(method, path)
    if (!found) return status === 404 || status === 405 ? [] : [`${where}: not described`]
    this.answered.add(`${found[1]} ${found[0]} ${status}`)
    if (status === 204 || status === 304) return text ? [`${where}: a body`] : []
    const kind = type.split(';')[0]
    const check = this.checker(...found, status, kind)
    if (!check) return [`${where}: ${kind || 'no type'} is not described`]
    if (!/json$/.test(kind)) return []
    return check(JSON.parse(text)) ? [] : check.errors.slice(0, 5).map((e) => `${where}: ${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`)
  }
}
