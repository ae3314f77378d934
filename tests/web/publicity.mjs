// Something public of each sort, made the way the office makes it: written, reviewed by somebody else, published, corrected.
import assert from 'node:assert/strict'

const people = {
  zhao: ['township', 'div-341602100'], qian: ['township', 'div-341602100'],
  li: ['lead_department', 'ecology'], gu: ['lead_department', 'ecology'],
  liu: ['lead_department', 'resources'], ma: ['lead_department', 'resources'],
  chen: ['office_drafter', 'office'], wang: ['office_approver', 'office'], zheng: ['office_approver', 'office'],
}
const reviewed = { not_secret: true, privacy_ok: true }
const later = (days) => new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)

/** The people, with their one-time passwords. To be called before the server is up. */
export async function enrol(cli) {
  const once = {}
  for (const [name, [roles, organisation]] of Object.entries(people)) once[name] = (await cli('user', 'add', name, '--display', name, '--roles', roles, '--organisation', organisation)).one_time_password
  return once
}

async function caller(url, name, once) {
  const jar = {}
  let csrf = ''
  const ask = async (method, path, body) => {
    const answer = await fetch(`${url}/api/v1${path}`, { method, headers: { cookie: Object.entries(jar).map(([k, v]) => `${k}=${v}`).join('; '), 'x-csrf-token': csrf, 'content-type': 'application/json' }, body: body && JSON.stringify(body) })
    const [key, value] = (answer.headers.get('set-cookie') ?? '').split(';')[0].split('=')
    if (value) jar[key] = value
    const text = await answer.text()
    assert.ok(answer.status < 300, `${name} ${method} ${path}: ${text}`)
    const json = text ? JSON.parse(text) : null
    csrf = json?.csrf ?? csrf
    return json
  }
  await ask('POST', '/session', { name, password: once })
  await ask('POST', '/session/password', { old: once, new: `沟渠水草丰美-${name}-2026` })
  return ask
}

/** Publishes one of each sort; the numbers of what stands and what was replaced or withdrawn. */
export async function publish(url, once) {
  const ask = {}
  for (const name of Object.keys(people)) ask[name] = await caller(url, name, once[name])
  const begin = async (who, type, values) => (await ask[who]('POST', '/cases', { type, values })).id
  const step = (who, id, step, values = {}, reason = '') => ask[who]('POST', `/cases/${id}/actions`, { step, values, ...(reason && { reason }) })
  const newest = async () => (await ask.wang('GET', '/publications?limit=1')).items[0].id
  const out = {}

  const post = await begin('zhao', 'ranger-appointment', { village: '小李村', plot: '涡河右岸二号网格', funding: 'local', conditions: '身体健康，能长期在本村巡护；负责防火、病虫害和垃圾倾倒的巡查。', pay_year: '6000', apply_by: later(20) })
  await step('qian', post, 'notice', reviewed)
  out.village = await newest()

  const site = await begin('liu', 'restoration-duty', { site: '小李村取土坑', place: '古井镇小李村', kind: 'land', obligor: 'gov:341602', area: '3.5' })
  await step('liu', site, 'open')
  await step('liu', site, 'propose', { plan: '回填、覆土三十厘米，恢复耕作。', phases: [{ name: '一期', area: '3.5', due: later(200) }], due: later(200) })
  await step('ma', site, 'post_plan', { ...reviewed, consult_until: later(12), contact: '区自然资源和规划局，谯城区希夷大道，0558-5000000' })
  out.objections = await newest()

  /** From a draft to the portal; nobody of the office has drafted it but who corrects. */
  const release = async (id, approver) => {
    await step('li', id, 'submit')
    await step('gu', id, 'pass_own')
    await step('chen', id, 'clear', reviewed)
    await step(approver, id, 'approve')
    await step('chen', id, 'publish_it')
    return newest()
  }
  const draft = (values) => begin('li', 'publication', { issuer: 'ecology', formed_on: later(0), contains_person: false, ...values })
  const first = await draft({ title: '涡河断面补偿办法', doc_no: '谯环〔2026〕3号', kind: 'policy', body: '断面水质超过目标的，下游得到补偿。', plain: '水变差要赔钱，水变好有奖励。', keywords: '断面、补偿' })
  out.old = await release(first, 'wang')
  await step('chen', first, 'propose_correction', { correction: '第三条的单位应为元' })
  const corrected = await step('wang', first, 'correct', reviewed, '单位写错')
  out.correction = await newest()
  const next = corrected.events.at(-1).effects.find((effect) => effect.case).case
  await step('li', next, 'save', { contains_person: false, plain: '水变差要赔钱，水变好有奖励；单价按元算。' })
  out.corrected = await release(next, 'zheng')
  out.experience = await release(await draft({ title: '古井镇共管护林的做法', kind: 'experience', body: '村镇和企业共同出资，护林员按月考核。', plain: '大家出钱，大家看林。' }), 'wang')
  const wrong = await draft({ title: '误发的通知', kind: 'notice', body: '内容有误。', plain: '内容有误。' })
  out.withdrawn = await release(wrong, 'wang')
  await step('wang', wrong, 'withdraw', {}, '内容有误')
  return out
}
