// The usual way of a case through its states: the longest of the shortest ways to an end.
interface Step { from: string[]; to: string }
interface State { name: string; final: boolean }

export function usualWay(states: State[], steps: Step[], start = states[0]?.name): string[] {
  if (!start) return []
  const before = new Map<string, string | null>([[start, null]])
  const queue = [start]
  for (let at = queue.shift(); at !== undefined; at = queue.shift())
    for (const step of steps)
      if (step.to && step.from.includes(at) && !before.has(step.to)) {
        before.set(step.to, at)
        queue.push(step.to)
      }
  const wayTo = (end: string): string[] => {
    const out: string[] = []
    for (let at: string | null | undefined = end; at; at = before.get(at)) out.unshift(at)
    return out
  }
  return states.filter((s) => s.final && before.has(s.name)).map((s) => wayTo(s.name)).reduce((a, b) => (b.length > a.length ? b : a), [])
}

export interface Mark { name: string; now: boolean; done: boolean }

/** What has been passed, where it is, and what usually follows. A state off the usual way stands after the last one passed. */
export function marks(way: string[], passed: string[], now: string, ended: boolean): Mark[] {
  const at = way.indexOf(now)
  if (at >= 0) return way.map((name, n) => ({ name, now: n === at, done: n < at || (ended && n === at) }))
  const last = Math.max(-1, ...passed.map((name) => way.indexOf(name)))
  const behind = way.slice(0, last + 1).map((name) => ({ name, now: false, done: true }))
  const ahead = ended ? [] : way.slice(last + 1).map((name) => ({ name, now: false, done: false }))
  return [...behind, { name: now, now: true, done: ended }, ...ahead]
}
