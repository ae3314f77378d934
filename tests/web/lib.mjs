// A server over a fresh database, browsers on it, and what every page must hold.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { Contract, described } from './contract.mjs'

export const top = resolve(new URL('../..', import.meta.url).pathname)
const require = createRequire(join(top, 'web/package.json'))
const { chromium } = require('playwright-core')
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const program = process.env.TRIBUTARY_PROGRAM
const texts = Object.fromEntries(['zh', 'en'].map((l) => [l, JSON.parse(readFileSync(join(top, `web/src/i18n/${l}.json`), 'utf8'))]))

/** The languages and widths a test goes through: all of them, or with TRIBUTARY_ONE (the everyday test) one, by the file's name. */
export function turns(file, all) {
  if (!process.env.TRIBUTARY_ONE) return all
  const name = file.split('/').pop()
  return [all[[...name].reduce((sum, c) => sum + c.charCodeAt(0), 0) % all.length]]
}

/** The page's own text in a language, so that tests follow it. */
export function texter(locale) {
  return (key, values = {}) => {
    const found = key.split('.').reduce((at, part) => at?.[part], texts[locale])
    assert.equal(typeof found, 'string', `no text ${key}`)
    return found.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)
  }
}

/** What scripts/demonstration makes; ./test lets its tests share it in a folder (TRIBUTARY_SHARED), where the first leaves it. */
async function demonstrate(run, folder) {
  const shared = process.env.TRIBUTARY_SHARED && join(process.env.TRIBUTARY_SHARED, 'demonstration')
  if (shared && existsSync(shared)) return cpSync(shared, folder, { recursive: true })
  await run(join(top, 'scripts/demonstration'), [])
  if (!shared) return
  const copy = mkdtempSync(`${shared}-`)
  cpSync(folder, copy, { recursive: true })
  try {
    renameSync(copy, shared)
  } catch {
    rmSync(copy, { recursive: true, force: true }) // another was here first
  }
}

/**
 * A database made by `prepare`, which is given ways to call the program and other commands and to fill the database with the
 * demonstration, and a server over it.
 */
export async function serve(prepare = async () => {}, packs = join(top, 'policies')) {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-web-'))
  const environment = { ...process.env, TRIBUTARY_DB: `sqlite:${folder}/t.db`, TRIBUTARY_PACKS: packs, TRIBUTARY_LANG: 'zh', TRIBUTARY_PROGRAM: program }
  const run = async (file, args, more = {}) => (await promisify(execFile)(file, args, { cwd: top, env: { ...environment, ...more }, maxBuffer: 1 << 28 })).stdout
  const cli = async (...args) => JSON.parse(await run(program, [...args, '--json']))
  await prepare({ cli, run, demonstrate: () => demonstrate(run, folder) })
  const server = spawn(program, ['serve', '--listen', '127.0.0.1:0', '--web', join(top, 'web/dist'), '--no-rate-limits', '--quiet', '--json', '--public-url', 'http://127.0.0.1:0'], { cwd: top, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let failed = ''
  server.stderr.on('data', (part) => (failed += part))
  const about = await new Promise((found, refused) => {
    server.stdout.on('data', (part) => {
      said += part
      if (said.includes('\n')) found(JSON.parse(said.split('\n')[0]))
    })
    server.on('exit', (code) => refused(new Error(`the server ended with ${code}: ${failed}`)))
  })
  const url = about.url.replace(/\/$/, '')
  return {
    url,
    contract: new Contract(await described(url)),
    administrator: about.administrator,
    cli,
    async stop() {
      server.removeAllListeners('exit')
      const gone = new Promise((done) => server.on('exit', done))
      server.kill('SIGTERM')
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] })

/** The demonstration's year with people who have signed in once, a drafted statement and a posted one. */
export async function demonstration(browser, more = async () => {}) {
  const once = {}
  let statement
  let posted
  const server = await serve(async ({ cli, demonstrate }) => {
    await demonstrate()
    posted = (await cli('statement', 'list', '--rule', 'section-month', '--period', '2020-10'))[0].id
    statement = (await cli('statement', 'list', '--rule', 'section-month', '--period', '2020-08'))[0]?.id ?? posted
    await cli('user', 'setup')
    const add = async (name, display, roles, organisation) => (once[name] = (await cli('user', 'add', name, '--display', display, '--roles', roles, '--organisation', organisation)).one_time_password)
    await add('clerk', '王敏', 'office_drafter,office_approver,accountant,lead_department', 'office')
    await add('approver', '李强', 'office_approver', 'office')
    await add('auditor', '周正', 'auditor', 'drc')
    await add('reporter', '赵云', 'township', 'div-341602100')
    await add('administrator2', '陈静', 'administrator', 'office')
    await more(cli)
  })
  const secret = (name) => `溪流清澈见底-${name}-2026`
  for (const name of Object.keys(once)) {
    const who = await person(browser, server)
    await who.begin(name, once[name], secret(name))
    await who.close()
  }
  return { server, statement, posted, secret }
}

/** A line to the server that can be cut, and later carries again. */
export async function line(server) {
  const port = Number(new URL(server.url).port)
  const open = new Set()
  let cut = false
  const proxy = net.createServer((near) => {
    if (cut) return near.destroy()
    const far = net.connect(port, '127.0.0.1')
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        open.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  await new Promise((ready) => proxy.listen(0, '127.0.0.1', ready))
  return {
    server: { ...server, url: `http://127.0.0.1:${proxy.address().port}` },
    cut() {
      cut = true
      for (const socket of open) socket.destroy()
    },
    mend: () => (cut = false),
    end: () => new Promise((done) => {
      for (const socket of open) socket.destroy()
      proxy.close(done)
    }),
  }
}

/** A browser of one person. Whatever goes wrong unseen is kept in `faults`. */
export async function person(browser, server, { locale = 'zh', width = 1440, dark = false, tour = false } = {}) {
  const context = await browser.newContext({ viewport: { width, height: width < 500 ? 844 : 900 }, colorScheme: dark ? 'dark' : 'light', locale: locale === 'zh' ? 'zh-CN' : 'en-GB', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce', acceptDownloads: true })
  await context.addInitScript(([l, toured]) => {
    localStorage.setItem('tributary.locale', l)
    if (toured && localStorage.getItem('tributary.toured') === null) localStorage.setItem('tributary.toured', 'true')
  }, [locale, !tour])
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const faults = []
  page.on('console', (message) => message.type() === 'error' && faults.push(`console: ${message.text()} (${page.url()})`))
  page.on('pageerror', (error) => faults.push(`error: ${error.message} (${page.url()})`))
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url) && !/^(data|blob):/.test(request.url())) faults.push(`foreign request: ${request.url()}`)
  })
  // Whatever a page is told by the server must be as the interface's description says.
  const answers = []
  page.on('response', (response) => {
    const path = new URL(response.url()).pathname
    const type = response.headers()['content-type'] ?? ''
    if (!/^\/(api|ogc)\//.test(path) || !/json/.test(type)) return
    const method = response.request().method()
    answers.push(response.text().then((text) => faults.push(...server.contract.faults({ method, path, status: response.status(), type, text })), () => {}))
  })
  const t = texter(locale)
  return {
    page, faults, t, context,
    go: (path) => page.goto(server.url + path),
    button: (key, values) => page.getByRole('button', { name: t(key, values), exact: true }),
    async signIn(name, password) {
      await page.goto(`${server.url}/console/sign-in`)
      await page.fill('#name', name)
      await page.fill('#password', password)
      await page.getByRole('button', { name: t('action.sign_in'), exact: true }).click()
    },
    /** The first sign-in: the one-time password must be changed. */
    async begin(name, once, password) {
      await this.signIn(name, once)
      await page.waitForURL('**/console/password**')
      await page.fill('#old', once)
      await page.fill('#new', password)
      await page.fill('#again', password)
      await page.getByRole('button', { name: t('password.change'), exact: true }).click()
      await page.waitForURL((url) => url.pathname === '/console')
    },
    async close() {
      await Promise.all(answers)
      assert.deepEqual(faults, [])
      await context.close()
    },
  }
}

/** No serious fault of accessibility, nothing wider than the screen, nothing untranslated, nothing still loading. */
export async function sound(page, what) {
  const still = () => page.waitForFunction(() => !document.querySelector('.skeleton') && !document.querySelector('[aria-busy=true]'))
  await still()
  await page.evaluate(axe)
  const look = () => page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }))
  let found = await look()
  // What was told anew by the server in between is shown pale until it has come: once more, then.
  if (found.violations.length) {
    await still()
    found = await look()
  }
  const bad = found.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
  assert.deepEqual(bad.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')}`), [], what)
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)) <= 0, `${what} is wider than the screen`)
  const text = await page.evaluate(() => document.body.innerText)
  const keys = Object.keys(texts.zh).join('|')
  assert.doesNotMatch(text, new RegExp(`(^|\\s)(${keys})\\.[a-z_]+(\\.[a-z_]+)?(\\s|$)`, 'm'), `${what} shows the key of a text`)
  assert.doesNotMatch(text, /\bundefined\b|\bNaN\b|\[object/, what)
}
