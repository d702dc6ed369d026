/* The workers of a node: calls that nobody else runs, objects that end, and timed jobs. */
#include "runtime.h"

bool rpc__node_queue(struct rpc_node *node, struct rpc_work *work)
{
    bool is_new;

    port_mutex_lock(&node->work_lock);
    is_new = !work->queued;
    if (is_new) {
        work->queued = true;
        work->next = NULL;
        if (node->work_last)
            node->work_last->next = work;
        else
            node->work_first = work;
        node->work_last = work;
        port_condition_wake_one(&node->work_ready);
    }
    port_mutex_unlock(&node->work_lock);
    return is_new;
}

/* The worker's part for this link is over. */
static void leave_link(struct rpc_node *node, struct rpc_link *link)
{
    port_mutex_lock(&node->work_lock);
    if (--link->workers)
        node->second_workers--;
    if (node->work_first)
        port_condition_wake_one(&node->work_ready); /* what had to wait for that */
    port_mutex_unlock(&node->work_lock);
}

static void run_task(struct rpc_work *work)
{
    struct rpc_task *task = container_of(work, struct rpc_task, work);
    struct rpc_link *link = task->incoming.link;
    struct rpc_node *node = link->node;

    rpc__link_addref(link); /* the call gives its own back */
    rpc__incoming_run(&task->incoming);
    rpc__node_free_task(node, task);
    rpc__reader_linger(link);
    leave_link(node, link);
    rpc__link_release(link);
}

/* Whether the link may have one more task. (work_lock held) */
static bool may_take_task(const struct rpc_node *node, const struct rpc_link *link)
{
    if (link->tasks < RPC_OWN_TASKS)
        return node->free_tasks != NULL;
    return (int32_t)link->tasks + node->reserved_tasks < (int32_t)node->free_task_count;
}

struct rpc_task *rpc__node_take_task(struct rpc_node *node, struct rpc_link *link)
{
    struct rpc_task *task;

    port_mutex_lock(&node->work_lock);
    task = may_take_task(node, link) ? node->free_tasks : NULL;
    if (task) {
        node->free_tasks = task->next_free;
        node->free_task_count--;
        if (link->tasks++ < RPC_OWN_TASKS)
            node->reserved_tasks--;
        task->work.run = run_task;
        task->work.link = link;
    }
    port_mutex_unlock(&node->work_lock);
    return task;
}

void rpc__node_free_task(struct rpc_node *node, struct rpc_task *task)
{
    port_mutex_lock(&node->work_lock);
    task->next_free = node->free_tasks;
    node->free_tasks = task;
    node->free_task_count++;
    if (--task->work.link->tasks < RPC_OWN_TASKS)
        node->reserved_tasks++;
    port_mutex_unlock(&node->work_lock);
}

bool rpc__node_is_pressed(struct rpc_node *node)
{
    bool pressed;

    port_mutex_lock(&node->work_lock);
    pressed = node->stopping || (node->work_first && node->idle_workers < 2); /* one may not be for it */
    port_mutex_unlock(&node->work_lock);
    return pressed;
}

/* ---- timed jobs ---- */

static struct rpc_timed_job *take_job(struct rpc_timed_job **at, const IJob *job)
{
    struct rpc_timed_job *found;

    while (*at && (*at)->job != job)
        at = &(*at)->next;
    found = *at;
    if (found)
        *at = found->next;
    return found;
}

static void insert_job(struct rpc_node *node, struct rpc_timed_job *timed)
{
    struct rpc_timed_job **at = &node->jobs;

    while (*at && (*at)->deadline_ns <= timed->deadline_ns)
        at = &(*at)->next;
    timed->next = *at;
    *at = timed;
}

static struct rpc_timed_job *find_running(struct rpc_node *node, const IJob *job)
{
    struct rpc_timed_job *timed = node->running_jobs;

    while (timed && timed->job != job)
        timed = timed->next;
    return timed;
}

/*
 * Gives a job that waits or runs another time. It needs no memory: what a node does again and again must not
 * end because there was none for a moment. (work_lock held)
 * @retval S_FALSE it does neither
 */
static HRESULT reschedule(struct rpc_node *node, const IJob *job, int64_t deadline_ns)
{
    struct rpc_timed_job *timed = take_job(&node->jobs, job);
    bool runs = false;

    if (node->stopping) {
        if (timed)
            insert_job(node, timed); /* it goes with the others */
        return RPC_E_DISCONNECTED;
    }
    if (!timed) {
        timed = find_running(node, job);
        runs = timed != NULL;
    }
    if (!timed)
        return S_FALSE;
    timed->deadline_ns = deadline_ns;
    timed->names = rpc_thread_current()->names;
    if (runs) {
        timed->again = true;
    } else {
        insert_job(node, timed);
        port_condition_wake_one(&node->work_ready);
    }
    return S_OK;
}

HRESULT rpc__node_schedule(struct rpc_node *node, IJob *job, int64_t deadline_ns)
{
    struct rpc_timed_job *fresh;
    HRESULT hr;

    if (!job)
        return E_POINTER;
    port_mutex_lock(&node->work_lock);
    hr = reschedule(node, job, deadline_ns);
    port_mutex_unlock(&node->work_lock);
    if (hr != S_FALSE)
        return hr;
    fresh = (struct rpc_timed_job *)port_alloc(sizeof(*fresh));
    if (!fresh)
        return E_OUTOFMEMORY;
    *fresh = (struct rpc_timed_job){.job = job, .deadline_ns = deadline_ns};
    fresh->names = rpc_thread_current()->names;

    port_mutex_lock(&node->work_lock);
    hr = reschedule(node, job, deadline_ns); /* another thread may have been as quick */
    if (hr == S_FALSE && node->job_count == PORT_MAX_JOBS) {
        hr = RPC_E_OUT_OF_RESOURCES;
    } else if (hr == S_FALSE) {
        node->job_count++;
        IJob_AddRef(job);
        insert_job(node, fresh);
        fresh = NULL;
        port_condition_wake_one(&node->work_ready);
        hr = S_OK;
    }
    port_mutex_unlock(&node->work_lock);
    port_free(fresh);
    return hr;
}

HRESULT rpc__node_sleep(struct rpc_node *node, int64_t deadline_ns)
{
    struct rpc_thread *thread = rpc_thread_current();
    int64_t own_ns = thread->deadline_ns;
    int64_t until_ns = own_ns && own_ns < deadline_ns ? own_ns : deadline_ns;
    HRESULT hr;

    (void)rpc__thread_waits_for(thread, NULL, 0, node); /* if it is cancelled already, the loop sees it */
    port_mutex_lock(&node->work_lock);
    while (!node->stopping && !rpc__thread_is_cancelled(thread) &&
           port_condition_wait(&node->ending, &node->work_lock, until_ns))
        ;
    hr = node->stopping                     ? RPC_E_DISCONNECTED
         : rpc__thread_is_cancelled(thread) ? RPC_E_CALL_CANCELED
         : until_ns < deadline_ns           ? RPC_E_TIMEOUT
                                            : S_OK;
    port_mutex_unlock(&node->work_lock);
    (void)rpc__thread_waits_for(thread, NULL, 0, NULL);
    return hr;
}

void rpc__node_wake_sleepers(struct rpc_node *node)
{
    port_mutex_lock(&node->work_lock);
    port_condition_wake_all(&node->ending);
    port_mutex_unlock(&node->work_lock);
}

/* In one worker at a time: scheduled meanwhile, it waits again when it has returned. */
static void run_job(struct rpc_node *node, struct rpc_timed_job *timed)
{
    struct rpc_thread *thread = rpc_thread_current();
    struct INamespace *names = thread->names;

    thread->names = timed->names;
    thread->causality = 0;            /* what a job calls is a logical thread of its own */
    com_ignore(IJob_Run(timed->job)); /* a job that fails tells whom it wants to tell */
    thread->causality = 0;
    thread->names = names;

    port_mutex_lock(&node->work_lock);
    (void)take_job(&node->running_jobs, timed->job);
    if (timed->again && !node->stopping) {
        timed->again = false;
        insert_job(node, timed);
        port_condition_wake_one(&node->work_ready);
        timed = NULL;
    } else {
        node->job_count--;
    }
    port_mutex_unlock(&node->work_lock);
    if (timed) {
        IJob_Release(timed->job);
        port_free(timed);
    }
}

/* ---- the workers ---- */

/*
 * Who may have one: each link, always, for one call; a second call of a link, as long as there are fewer than
 * PORT_WORKERS - 2 of those, or one more if it is nested in a call of ours, because the worker that its link
 * has may be the one that waits for it; PORT_WORKERS at once what no peer asked for. So a peer whose calls
 * take long waits for itself, and no number of such peers keeps others out.
 */
enum { WORKERS_MAX = PORT_MAX_LINKS + 2 * PORT_WORKERS };

/*
 * Timed jobs leave one of those to what is over (links that have ended, objects that peers gave back): a job
 * may wait for a peer, and meanwhile peers that come and go must not pile up what they leave behind.
 */
enum { JOB_WORKERS_MAX = PORT_WORKERS - 1 };

/* Workers beyond PORT_WORKERS end when there was an idle one for so long. */
#define IDLE_NS (INT64_C(1000) * PORT_NS_PER_MS)

/* (work_lock held) */
static bool may_begin(const struct rpc_node *node, const struct rpc_work *work)
{
    uint32_t second_max = PORT_WORKERS - 2;

    if (node->stopping)
        return true;
    if (!work->link)
        return node->own_workers < PORT_WORKERS;
    if (!work->link->workers)
        return true;
    if (container_of(work, const struct rpc_task, work)->incoming.is_nested) /* only tasks have a link */
        second_max++;
    return node->second_workers < second_max;
}

/* Takes what may begin off the queue. (work_lock held) */
static struct rpc_work *take_work(struct rpc_node *node)
{
    struct rpc_work **at = &node->work_first, *before = NULL, *work;

    while ((work = *at) != NULL && !may_begin(node, work)) {
        before = work;
        at = &work->next;
    }
    if (!work)
        return NULL;
    *at = work->next;
    if (node->work_last == work)
        node->work_last = before;
    work->queued = false;
    if (!work->link)
        node->own_workers++;
    else if (work->link->workers++)
        node->second_workers++;
    return work;
}

/* (work_lock held) */
static struct rpc_timed_job *take_due_job(struct rpc_node *node)
{
    struct rpc_timed_job *job = node->jobs;

    if (!job || node->own_workers >= JOB_WORKERS_MAX || job->deadline_ns > port_now_ns())
        return NULL;
    node->jobs = job->next;
    job->next = node->running_jobs;
    node->running_jobs = job;
    node->own_workers++;
    return job;
}

/* Takes the next thing to do, waiting for it. (work_lock held)
 * @retval false the node stops and nothing is left, or the worker is not needed any more */
static bool next_work(struct rpc_node *node, struct rpc_work **out_work, struct rpc_timed_job **out_job)
{
    int64_t until_ns;

    *out_job = NULL;
    for (;;) {
        *out_work = take_work(node);
        if (*out_work)
            return true;
        if (node->stopping)
            return false;
        *out_job = take_due_job(node);
        if (*out_job)
            return true;
        until_ns = node->jobs && node->own_workers < JOB_WORKERS_MAX ? node->jobs->deadline_ns : PORT_FOREVER;
        if (node->worker_count > PORT_WORKERS && node->idle_workers) {
            int64_t end_ns = node->busy_ns + IDLE_NS;

            if (port_now_ns() >= end_ns)
                return false;
            until_ns = end_ns < until_ns ? end_ns : until_ns;
        }
        node->idle_workers++;
        (void)port_condition_wait(&node->work_ready, &node->work_lock, until_ns);
        node->idle_workers--;
    }
}

/* It is done; who could not begin because of it may now. (work_lock held) */
static void leave_own_work(struct rpc_node *node)
{
    node->own_workers--;
    if (node->work_first || node->jobs)
        port_condition_wake_one(&node->work_ready);
}

static void worker_main(void *argument);

/* (work_lock held, let go of meanwhile) @retval false out of memory */
static bool start_worker(struct rpc_node *node)
{
    bool started;

    node->worker_count++;
    node->idle_workers++;
    port_mutex_unlock(&node->work_lock);
    rpc__node_addref(node);
    started = port_thread_start("rpc-worker", worker_main, node);
    if (!started)
        rpc__node_release(node); /* not the last: who calls has one */
    port_mutex_lock(&node->work_lock);
    if (started)
        return true;
    node->worker_count--;
    node->idle_workers--;
    port_condition_wake_all(&node->ending);
    return false;
}

/* All are busy: one more, so that what comes next need not wait. Without memory for it, it does. (as above)
 */
static void stand_by(struct rpc_node *node)
{
    node->busy_ns = port_now_ns();
    if (node->worker_count < WORKERS_MAX && !node->stopping)
        (void)start_worker(node);
}

static void worker_main(void *argument)
{
    struct rpc_node *node = (struct rpc_node *)argument;
    struct rpc_timed_job *job;
    struct rpc_work *work;
    bool is_own;

    rpc_thread_current()->names = node->world;
    port_mutex_lock(&node->work_lock);
    node->idle_workers--;
    while (next_work(node, &work, &job)) {
        if (!node->idle_workers)
            stand_by(node);
        port_mutex_unlock(&node->work_lock);
        is_own = job || !work->link;
        if (job)
            run_job(node, job);
        else
            work->run(work);
        port_mutex_lock(&node->work_lock);
        if (is_own)
            leave_own_work(node);
    }
    node->worker_count--;
    port_condition_wake_all(&node->ending);
    port_mutex_unlock(&node->work_lock);
    rpc__node_release(node);
}

HRESULT rpc__workers_start(struct rpc_node *node)
{
    bool started = true;
    uint32_t i;

    port_mutex_lock(&node->work_lock);
    for (i = 0; i < PORT_WORKERS && started; i++)
        started = start_worker(node);
    port_mutex_unlock(&node->work_lock);
    return started ? S_OK : E_OUTOFMEMORY;
}

void rpc__workers_stop(struct rpc_node *node)
{
    struct rpc_timed_job *job, *next;

    port_mutex_lock(&node->work_lock);
    node->stopping = true;
    port_condition_wake_all(&node->work_ready);
    port_condition_wake_all(&node->ending);
    while (node->worker_count)
        (void)port_condition_wait(&node->ending, &node->work_lock, PORT_FOREVER);
    job = node->jobs;
    node->jobs = NULL;
    port_mutex_unlock(&node->work_lock);
    for (; job; job = next) {
        next = job->next;
        IJob_Release(job->job);
        port_free(job);
    }
}
