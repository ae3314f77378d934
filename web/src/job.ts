// Long work on the server: follows a job until it ends.
import { get } from '@/api/client'
import type { Job } from '@/api/types'

export const ended = (job: Job) => job.state !== 'waiting' && job.state !== 'running'
export const well = (job: Job) => job.state === 'done'

export const percent = (job: Job) => (job.progress.total > 0 ? Math.round((100 * job.progress.done) / job.progress.total) : job.state === 'done' ? 100 : 0)

/** Tells each state to `show`; ends with the job, or early when `go` says no. */
export async function follow(id: string, show: (job: Job) => void, go: () => boolean = () => true): Promise<Job> {
  for (let wait = 150; ; wait = Math.min(wait * 1.5, 2000)) {
    const job = await get<Job>(`/jobs/${encodeURIComponent(id)}`)
    show(job)
    if (ended(job) || !go()) return job
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
}
