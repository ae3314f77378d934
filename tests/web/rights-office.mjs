// The registry of rights of the demonstration with people: a holder who has pledged a part and of whom a court has frozen
// another, another holder, two of the office, and an auditor.
import { person, serve } from './lib.mjs'

export const secret = (name) => `涡水汤汤东流-${name}-2026`
const staff = { liu: ['刘洋', 'demo-liquor', 'enterprise'], fang: ['方静', 'demo-food', 'enterprise'], chen: ['陈晨', 'office', 'office_drafter'], wang: ['王强', 'office', 'office_approver'], shen: ['沈明', 'drc', 'auditor'] }

/** A server; `come` signs somebody in for the first time. */
export async function registry(browser, options) {
  const once = {}
  const server = await serve(async ({ cli }) => {
    await cli('init', '--jurisdiction', '341602', '--pack', 'demo')
    await cli('user', 'setup')
    for (const [name, [display, organisation, roles]] of Object.entries(staff)) once[name] = (await cli('user', 'add', name, '--display', display, '--organisation', organisation, '--roles', roles)).one_time_password
    const done = async (key, kind, quantity, more, start = '2026-01', end = '2029-01') => {
      await cli('right', 'propose', key, '--kind', kind, '--instrument', 'COD-GUO', '--start', start, '--end', end, '--quantity', String(quantity), ...more, '--by', 'seed', '--reason', '示例：不是真实的数')
      await cli('right', 'approve', key, '--by', 'seed2', '--reason', '示例')
    }
    await cli('right', 'cap', 'COD-GUO', '--start', '2026-01', '--end', '2031-01', '--quantity', '120000', '--approver', 'seed2', '--by', 'seed', '--reason', '示例总量文件〔2025〕9号')
    await done('I', 'issue', 90000, ['--from', 'ISSUE', '--to', 'RESERVE'])
    await done('A', 'allocate', 40000, ['--from', 'RESERVE', '--to', 'H-LIQUOR'])
    await done('P', 'pledge', 5000, ['--from', 'H-LIQUOR', '--beneficiary', '示例银行'], '2027-06')
    await done('F', 'freeze', 8000, ['--from', 'H-LIQUOR', '--authority', '示例法院'], '2028-01', '2028-07')
  })
  return {
    server,
    async come(name) {
      const who = await person(browser, server, options)
      await who.begin(name, once[name], secret(name))
      return who
    },
  }
}
