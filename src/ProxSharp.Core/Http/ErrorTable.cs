namespace ProxSharp.Http;

/// <summary>
/// What the errors of both products mean. Proxmox VE says nearly everything with status 500 and a text, the backup server with 400 and a
/// text, so rows look at both; the first row that fits counts. Texts may carry source positions: no row looks at a whole one.
/// </summary>
internal static class ErrorTable
{
    /// <summary>The next step after a change that may have been carried out.</summary>
    internal const string CheckBeforeRepeating = "Whether it was carried out is unknown: look before you repeat it";

    /// <summary>The rows in the order they are tried.</summary>
    public static IReadOnlyList<ErrorRule> Rules { get; } =
    [
        .. Authentication(),
        .. Permission(),
        .. Gateways(),
        .. Locks(),
        .. Objects(),
        .. Protocol(),
        .. LastResorts(),
    ];

    /// <summary>Finds the row for an answer; the last one fits anything.</summary>
    /// <param name="status">The status code.</param>
    /// <param name="text">What the server said, the complaints about parameters included.</param>
    public static ErrorRule Find(int status, string text)
    {
        foreach (ErrorRule rule in Rules)
        {
            if (rule.Matches(status, text))
            {
                return rule;
            }
        }

        return Rules[^1];
    }

    private static ErrorRule[] Authentication() =>
    [
        new("csrf", 401, "csrf", ErrorKind.Authentication) { Hint = "The ticket and its CSRF token do not belong together or have expired: log in again" },
        new("no-ticket", 401, "no ticket", ErrorKind.Authentication)
        {
            Hint = "No credentials arrived: configure them, and check that a proxy in between passes the Authorization and Cookie headers on",
        },
        new("login-refused", 401, "authentication failure", ErrorKind.Authentication) { Hint = "Check user name, realm and password" },
        new("pbs-login-refused", 401, "permission check failed", ErrorKind.Authentication) { Hint = "Check user name, realm and password" },
        new("console-ticket", 401, "invalid PVEVNC ticket", ErrorKind.Authentication)
        {
            Hint = "A console ticket holds for 40 s, for one user and one guest or node: open the console anew",
        },
        new("pbs-user-missing", 401, "user '*' does not exist", ErrorKind.NotFound),
        new("pbs-password-wanted", 401, "missing password", ErrorKind.Authentication)
        {
            Hint = "This call wants the password of the user who makes it among its parameters",
        },
        new("credentials-refused", 401, "", ErrorKind.Authentication)
        {
            Hint = "Check the credentials: the ticket or token may be mistyped, expired, disabled or from another server",
        },
    ];

    private static ErrorRule[] Permission() =>
    [
        new("token-refused", 403, "need proper ticket", ErrorKind.Permission) { Hint = "This call refuses API tokens: log in with a user name and password" },
        new("backup-owner", 400, "owner check failed", ErrorKind.Permission)
        {
            LastStatus = 403,
            ReadHint = "The backup group belongs to somebody else: to read it needs Datastore.Read on the datastore or namespace (role DatastoreReader), "
                + "which a token needs for itself as well",
            Hint = "The backup group belongs to somebody else. Use the credentials of its owner, or let someone with Datastore.Modify change the owner",
        },
        new("forbidden", 403, "", ErrorKind.Permission)
        {
            Hint = "The user lacks a privilege; a token with privilege separation needs it for itself as well",
        },
        new("root-only", 0, "only root can", ErrorKind.Permission)
        {
            Hint = "Log in as root@pam with its password: a token of root@pam does not count as root",
        },
        new("root-only-option", 400, "only root may", ErrorKind.Permission)
        {
            Hint = "Log in as root@pam with its password: a token of root@pam does not count as root",
        },
    ];

    private static ErrorRule[] Gateways() =>
    [
        new("unreachable", 595, "", ErrorKind.Other)
        {
            IsTransient = true,
            RepeatsReads = true,
            Hint = "The server could not reach the node that answers this call, or its own pvedaemon: check that the node is "
                + "online and spelt as in the cluster (case matters)",
        },
        new("node-certificate", 596, "certificate verify failed", ErrorKind.Other)
        {
            Hint = "The nodes of the cluster do not trust each other's certificates: run 'pvecm updatecerts' on them, or connect to the node itself",
        },
        new("proxy-timeout", 596, "timed out", ErrorKind.Other)
        {
            IsTransient = true,
            OutcomeUnknown = true,
            Hint = "Proxmox VE waits 30 s for every call; a list from a slow storage gets faster with filters such as vmid or "
                + "content. A change may have been carried out: look before you repeat it",
        },
        new("answer-broken", 596, "broken pipe", ErrorKind.Other)
        {
            IsTransient = true,
            RepeatsReads = true,
            OutcomeUnknown = true,
            Hint = "The node broke off its answer, as it does when a message has characters that no status line holds: a program that the guest does not "
                + $"have looks like this. {CheckBeforeRepeating}",
        },
        new("proxy-broken", 596, "", ErrorKind.Other) { IsTransient = true, RepeatsReads = true, OutcomeUnknown = true, Hint = CheckBeforeRepeating },
        new("proxy-other", 597, "", ErrorKind.Other)
        {
            LastStatus = 599,
            IsTransient = true,
            RepeatsReads = true,
            OutcomeUnknown = true,
            Hint = CheckBeforeRepeating,
        },
        new("gateway", 502, "", ErrorKind.Other)
        {
            LastStatus = 504,
            IsTransient = true,
            RepeatsReads = true,
            OutcomeUnknown = true,
            Hint = "A proxy in front of the server gave this answer: check the proxy and the server behind it",
        },
        new("redirect", 300, "", ErrorKind.Other)
        {
            LastStatus = 399,
            Hint = "The address does not answer API calls itself: use https and the port of the API",
        },
        new("too-many-requests", 429, "", ErrorKind.Other) { IsTransient = true, RepeatsReads = true, Hint = "Send fewer calls at once" },
        new("proxy-loop", 500, "proxy loop detected", ErrorKind.Other) { Hint = "The cluster's host names resolve in a circle: check /etc/hosts on the nodes" },
        new("node-lookup", 500, "hostname lookup '*' failed", ErrorKind.NotFound)
        {
            Hint = "There is no such node, or its name cannot be resolved: node names are case sensitive",
        },
        new("node-address", 500, "address lookup for '*' did not find", ErrorKind.NotFound)
        {
            Hint = "The name of the node resolves to no address the server can use: check /etc/hosts on the nodes",
        },
    ];

    private static ErrorRule[] Locks() =>
    [
        new("lock-timeout", 0, "can't lock file*got timeout", ErrorKind.Conflict)
        {
            IsTransient = true, IsBusy = true, Hint = "Another task works on it: try again when it has ended, or let the call wait with RetryBusy",
        },
        new("quorum", 0, "cluster not ready - no quorum", ErrorKind.Other)
        {
            IsTransient = true, Hint = "Most nodes of the cluster are away, so nothing can be changed: bring them back, or see 'pvecm status'",
        },
        new("guest-locked", 0, "VM is locked", ErrorKind.Conflict)
        {
            IsTransient = true, IsBusy = true, Hint = "A task holds the lock: wait for its end; a lock that a crashed task "
                + "left behind is removed with 'qm unlock'",
        },
        new("container-locked", 0, "CT is locked", ErrorKind.Conflict)
        {
            IsTransient = true, IsBusy = true, Hint = "A task holds the lock: wait for its end; a lock that a crashed task "
                + "left behind is removed with 'pct unlock'",
        },
        new("cluster-lock", 0, "got lock request timeout", ErrorKind.Conflict)
        {
            IsTransient = true, IsBusy = true, Hint = "Another node holds the cluster-wide lock: try again, or let the call wait with RetryBusy",
        },
        new("lock-aborted", 0, "got lock timeout", ErrorKind.Conflict)
        {
            IsTransient = true, Hint = "The work under the lock took too long and was broken off: look at what is there, then try again",
        },
        new("unable-to-lock", 0, "unable to acquire lock", ErrorKind.Conflict)
        {
            IsTransient = true, IsBusy = true, Hint = "Another task works on it: try again when it has ended, or let the call wait with RetryBusy",
        },
        new("digest", 0, "checksum mismatch (file change", ErrorKind.Conflict)
        {
            Hint = "Somebody changed the configuration meanwhile: read it again and repeat the change with its new digest",
        },
        new("digest-other", 0, "detected modified configuration", ErrorKind.Conflict)
        {
            Hint = "Somebody changed the configuration meanwhile: read it again and repeat the change with its new digest",
        },
    ];

    private static ErrorRule[] Objects() =>
    [
        new("guest-missing", 500, "configuration file '*' does not exist", ErrorKind.NotFound)
        {
            Hint = "No such guest on this node: /cluster/resources tells on which node a guest is",
        },
        new("exists", 0, "already exists", ErrorKind.Conflict) { Hint = "Choose another id, or change the one that exists" },
        new("defined", 0, "already defined", ErrorKind.Conflict) { Hint = "Choose another id, or change the one that exists" },
        new("pool-member", 0, "already a pool member", ErrorKind.Conflict) { Hint = "Nothing needs to be done" },
        new("other-pool", 0, "belongs already to pool", ErrorKind.Conflict) { Hint = "Set allow-move to take it out of the other pool" },
        new("missing", 0, "does not exist", ErrorKind.NotFound),
        new("no-such-file", 500, "no such file '", ErrorKind.Other) { Hint = "The address leads outside the API: use the host and port only" },
        new("no-such-uri", 501, "no such uri", ErrorKind.Other) { Hint = "The address leads outside the API: use the host and port only" },
        new("pbs-no-entry", 400, "ENOENT:", ErrorKind.NotFound),
        new("pbs-not-in-catalog", 400, "not found in catalog", ErrorKind.NotFound) { Hint = "The list of the folder above tells what there is" },
        new("pbs-not-in-archive", 400, "error opening '\"", ErrorKind.NotFound) { Hint = "The list of the folder above tells what there is" },
        new("pbs-no-file", 400, "file open failed: no such file", ErrorKind.NotFound) { Hint = "The list of the snapshot's files tells which there are" },
        new("pbs-no-blob", 400, "unable to load blob*no such file", ErrorKind.NotFound) { Hint = "The snapshot does not exist, or lacks this file" },
        new("pbs-no-index", 400, "unable to open*index*no such file", ErrorKind.NotFound) { Hint = "The list of the snapshot's files tells which there are" },
        new("file-missing", 0, "no such file or directory", ErrorKind.Other),
        new("rule-position", 500, "no rule at position", ErrorKind.NotFound),
        new("no-such", 0, "no such ", ErrorKind.NotFound),
        new("not-ha-managed", 500, "not HA managed", ErrorKind.NotFound) { Hint = "Add the guest to HA first" },
        new("mapping", 500, "mapping '*' not found", ErrorKind.NotFound),
        new("acme-plugin", 500, "plugin '*' not defined", ErrorKind.NotFound),
        new("cpu-model", 500, "cputype '*' not found", ErrorKind.NotFound),
        new("vnet-firewall", 500, "invalid vnet specified", ErrorKind.NotFound) { Hint = "A virtual network has a firewall when it has been applied" },
        new("no-entry", 500, "' has no entry ", ErrorKind.NotFound),
        new("no-namespace", 404, "namespace not found", ErrorKind.NotFound) { Hint = "Name a namespace that exists, or create it first" },
        new("pbs-file-not-found", 404, "open file*failed - not found", ErrorKind.NotFound)
        {
            Hint = "The list of the snapshot's files tells which there are",
        },
        new("not-found", 404, "", ErrorKind.NotFound) { Hint = "Check the path and the verb; an older server may not have this call" },
        new("agent", 500, "guest agent is not running", ErrorKind.Other)
        {
            IsTransient = true, Hint = "Install and start qemu-guest-agent in the guest and switch 'agent' on in its configuration",
        },
        new("encrypted", 400, "cannot decode*is encrypted", ErrorKind.Other)
        {
            Hint = "The backup is encrypted and the server has no key: restore it with a client that has",
        },
        new("collecting", 400, "garbage collector already running", ErrorKind.Conflict)
        {
            IsTransient = true, IsBusy = true, Hint = "A garbage collection of the datastore runs: wait for its task, or let the call wait with RetryBusy",
        },
        new("job-running", 400, "job already running", ErrorKind.Conflict)
        {
            IsTransient = true, IsBusy = true, Hint = "The job runs: wait for its task, or let the call wait with RetryBusy",
        },
        new("running", 500, " is running - destroy failed", ErrorKind.Conflict) { Hint = "Stop the guest first" },
        new("container-running", 500, " - container is running", ErrorKind.Conflict) { Hint = "Stop the guest first" },
        new("replicated", 500, "there is a replication job '", ErrorKind.Conflict) { Hint = "Remove the replication job first" },
        new("protected-snapshot", 400, "cannot remove protected", ErrorKind.Conflict) { Hint = "Switch its protection off first" },
        new("partially-deleted", 400, "only partially deleted", ErrorKind.Conflict)
        {
            Hint = "What could be removed is gone: lift the protection of what stayed, or let its groups be removed, too",
        },
        new("maintenance", 400, " maintenance mode", ErrorKind.Conflict) { IsTransient = true, Hint = "End the maintenance mode of the datastore first" },
    ];

    private static ErrorRule[] Protocol() =>
    [
        new("not-implemented", 501, "method '*' not implemented", ErrorKind.Other)
        {
            Hint = "The server does not know this call: check path and verb; an older server may not have it",
        },
        new("too-large", 501, "data too large", ErrorKind.Other) { Hint = "Parameters may take 512 KiB at most" },
        new("chunked", 501, "transfer encoding", ErrorKind.Other)
        {
            Hint = "Something between client and server re-encodes the request; the server takes bodies with a length only",
        },
        new("unexpected-content", 501, "unexpected content", ErrorKind.Other) { Hint = "Something between client and server adds a body to the request" },
        new("parameters", 400, "parameter verification", ErrorKind.Other) { Hint = "Correct the parameters that are named" },
        new("no-verb", 405, "", ErrorKind.Other) { Hint = "Check the path and the verb" },
    ];

    private static ErrorRule[] LastResorts() =>
    [
        new("timeout", 500, "timeout", ErrorKind.Other) { IsTransient = true, OutcomeUnknown = true, Hint = CheckBeforeRepeating },
        new("any", 0, "", ErrorKind.Other),
    ];
}
