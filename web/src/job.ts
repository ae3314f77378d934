// Long work on the server: follows a job until it ends.
import { get } from '@/api/client'
import type { Job } from '@/api/types'

export const ended = (job: Job) => !/^(queued|running|pending|waiting|started)$/.test(job.state)
export const well = (job: Job) => /^(done|succeeded|finished|completed)$/.test(job.state)

/** Tells each state to `show`; ends with the job, or early when `go` says no. */
export async function follow(id: string, show: (job: Job) => void, go: () => boolean = () => true): Promise<Job> {
  for (let wait = 150; ; wait = Math.min(wait * 1.5, 2000)) {
    const job = await get<Job>(`/jobs/${encodeURIComponent(id)}`)
    show(job)
    if (ended(job) || !go()) return job
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
}

/** The number of a job in an answer: `{job: "7"}` or `{job: {id: 7}}`. */
export function jobId(answer: unknown): string {
  const job = (answer as { job?: unknown; id?: unknown } | null)?.job ?? (answer as { id?: unknown } | null)?.id
  return String(typeof job === 'object' && job !== null ? (job as { id: unknown }).id : (job ?? ''))
}
