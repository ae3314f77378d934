// The interface as its description says: the description by a published validator, and every address that can be read,
// asked as the administrator, as each kind of office and as nobody, by the schema it declares.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import test from 'node:test'
import { Contract, described } from './contract.mjs'
import { serve, top } from './lib.mjs'

const require = createRequire(join(top, 'web/package.json'))
const { Validator } = await import(require.resolve('@seriousme/openapi-schema-validator'))

/** A caller with cookies whose every answer is held against the contract. */
function asker(url, contract, faults) {
  const jar = {}
  let csrf = ''
  return async (method, path, body) => {
    const headers = { cookie: Object.entries(jar).map(([k, v]) => `${k}=${v}`).join('; '), 'x-csrf-token': csrf }
    const bytes = body instanceof Uint8Array
    if (body !== undefined) headers['content-type'] = bytes ? 'application/octet-stream' : 'application/json'
    const answer = await fetch(url + path, { method, headers, body: body === undefined || bytes ? body : JSON.stringify(body) })
    // One cookie at most; Debian's Node has no getSetCookie().
    const [name, value] = (answer.headers.get('set-cookie') ?? '').split(';')[0].split('=')
    if (value) jar[name] = value
    else delete jar[name]
    const text = await answer.text()
    const type = answer.headers.get('content-type') ?? ''
    faults.push(...contract.faults({ method, path: path.split('?')[0], status: answer.status, type, text }))
    if (answer.status >= 500) faults.push(`${path}: ${text}`)
    const json = /json$/.test(type.split(';')[0]) && text ? JSON.parse(text) : null
    if (json?.csrf) csrf = json.csrf
    return { status: answer.status, json, text }
  }
}

const secret = (name) => `河水清且涟漪-${name}-2026`
const people = [
  ['clerk', 'office_drafter,office_approver,accountant,lead_department', 'office'],
  ['auditor', 'auditor', 'drc'],
  ['keeper', 'administrator', 'office'],
  ['expert', 'third_party', 'drc'],
  ['writer', 'township', 'div-341602100'],
  ['reader', 'township', 'div-341602100'],
]

test('the interface is as its description says', async (t) => {
  const once = {}
  const server = await serve(async ({ cli, demonstrate }) => {
    await demonstrate()
    // A round of a smart market, which the demonstration has none of.
    const at = (hours) => new Date(Date.now() + (8 + hours) * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')
    await cli('smart', 'announce', 'water-surface-smart', '--key', '1', '--vintage', '2026', '--opens', at(1), '--closes', at(2), '--reason', '示例')
    await cli('smart', 'approve', '1', '--by', 'another', '--reason', '示例')
    await cli('user', 'setup')
    for (const [name, roles, organisation] of people) once[name] = (await cli('user', 'add', name, '--display', name, '--roles', roles, '--organisation', organisation)).one_time_password
  })
  try {
    const description = await described(server.url)
    await t.test('it is OpenAPI 3.1', async () => {
      const validator = new Validator()
      const { valid, errors } = await validator.validate(structuredClone(description))
      assert.ok(valid, JSON.stringify(errors))
      assert.equal(validator.version, '3.1')
    })

    const contract = new Contract(description)
    const faults = []
    const callers = { nobody: asker(server.url, contract, faults) }
    for (const [name] of people) {
      const ask = (callers[name] = asker(server.url, contract, faults))
      assert.equal((await ask('POST', '/api/v1/session', { name, password: once[name] })).status, 200)
      const changed = await ask('POST', '/api/v1/session/password', { old: once[name], new: secret(name) })
      assert.ok(changed.status < 300, changed.text)
    }

    // What stands in a path, and in a query that must be given: one that exists of each.
    const first = async (who, path) => (await callers[who]('GET', path)).json.items[0]
    const statement = (await first('clerk', '/api/v1/statements?state=posted')).id
    const series = await first('clerk', '/api/v1/series')
    const place = (await first('clerk', '/api/v1/places')).code
    const own = (await callers.clerk('POST', '/api/v1/cases', { type: 'annual-task', values: { title: '断面补偿结算' } })).json.id
    const document = (await callers.clerk('POST', `/api/v1/cases/${own}/documents?name=a.txt`, new TextEncoder().encode('证明'))).json.id
    // Something public: one of the township wrote it, another reviewed it.
    const post = { village: '小李村', plot: '涡河右岸', funding: 'local', conditions: '身体健康', pay_year: '6000', apply_by: '2099-12-31' }
    const begun = (await callers.writer('POST', '/api/v1/cases', { type: 'ranger-appointment', values: post })).json.id
    await callers.reader('POST', `/api/v1/cases/${begun}/actions`, { step: 'notice', values: { not_secret: true, privacy_ok: true } })
    await callers.writer('POST', '/api/v1/cases', { type: 'fault-tolerance', values: { event: '多付一户', person: '买买提·艾力', facts: '经过' } })
    const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
    const exported = (await callers.writer('POST', '/api/v1/exports', { type: 'fault-tolerance', fields: ['person'], format: 'pdf', purpose: '移送', last_day: today, downloads: 1 })).json.id
    const values = {
      exports: exported, 'personal-types': 'ranger-appointment',
      plan: 9, transactions: 'DEMO-SALE', auctions: 1, markets: 1, 'smart-rounds': 1, 'smart-venues': 'water-surface-smart', bulletins: '2026-11-20', accounts: 'H-LIQUOR', compliance: 'plant:demo-food', notices: (await first('nobody', '/api/v1/public/notices')).id, publications: (await first('clerk', '/api/v1/publications')).id,
      cases: own, papers: 'notice', documents: document, 'report-sets': 'plan-progress-year', reports: 'plan-progress-year.div-341602100.2025', 'case-types': 'annual-task', register: 'certificate',
      places: place, items: (await callers.nobody('GET', '/ogc/collections/places/items')).json.features[0].id, series: series.id, standards: series.indicator, statements: statement,
      packs: (await first('clerk', '/api/v1/packs')).name, rules: (await first('clerk', '/api/v1/rules')).name,
      organisations: (await first('keeper', '/api/v1/organisations')).id, users: (await first('keeper', '/api/v1/users')).id,
      '/api/v1/public/rules/{name}': (await first('nobody', '/api/v1/public/rules')).name,
      '/api/v1/public/statements/{code}': (await first('nobody', '/api/v1/public/statements')).code,
      '/api/v1/jobs/{id}': (await callers.clerk('POST', '/api/v1/runs', { rule: 'section-month', period: '2020-10' })).json.job,
    }
    const queries = { month: '2020-10', for: 'allocation', words: '涡河', kind: 'place', element: 'eco_jobs', account: 'H-FOOD', instrument: 'COD-GUO', bank_account: 'DEMO-FISCAL', as: (await first('clerk', '/api/v1/import-layouts')).id }
    const address = (path, { parameters }, more = {}) => {
      const filled = path.replaceAll(/\/([\w-]+)\/\{\w+\}/g, (_, before) => {
        const value = values[path] ?? values[before]
        assert.ok(value !== undefined, `no value for ${path}`)
        return `/${before}/${encodeURIComponent(value)}`
      })
      const query = new URLSearchParams(more)
      for (const { name } of parameters.filter((p) => p.in === 'query' && p.required)) {
        assert.ok(queries[name] !== undefined, `no value for ${path}?${name}`)
        query.set(name, queries[name])
      }
      return query.size || String(query) ? `${filled}?${query}` : filled
    }

    const reads = Object.entries(description.paths).filter(([path, { get }]) => get && !path.endsWith('/events')).map(([path, { get }]) => [path, get])
    for (const [name, ask] of Object.entries(callers))
      await t.test(`every address, read by ${name}`, async () => {
        for (const [path, operation] of reads) await ask('GET', address(path, operation))
        assert.deepEqual(faults.splice(0), [])
      })
    await t.test('each was read by somebody', () => {
      assert.deepEqual(reads.map(([path]) => path).filter((path) => !contract.answered.has(`get ${path} 200`)), [])
    })
    await t.test('every list as a table', async () => {
      for (const [path, operation] of reads.filter(([, o]) => o.parameters.some((p) => p.name === 'format')))
        for (const format of ['csv', 'xlsx'])
          for (const [name] of people) await callers[name]('GET', address(path, operation, { format }))
      assert.deepEqual(faults.splice(0), [])
    })
    await t.test('an answer that is not as described is told', () => {
      const wrong = { method: 'GET', path: '/api/v1/home', status: 200, type: 'application/json', text: '{"due": 5}' }
      assert.notDeepEqual(contract.faults(wrong), [])
      assert.notDeepEqual(contract.faults({ ...wrong, path: '/api/v1/secret' }), [])
      assert.notDeepEqual(contract.faults({ ...wrong, type: 'text/html' }), [])
    })
  } finally {
    await server.stop()
  }
})
