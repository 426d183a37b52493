namespace ProxSharp.Conformance.Tests.Pbs;

/// <summary>In which order the samples happened, as far as it matters, and what happened between them.</summary>
internal static class PbsPreparations
{
    private const string Golden = "backup-type=host&backup-id=golden&backup-time=1700000000";

    private static readonly string[] s_order =
    [
        "datastore-list-token", "datastore-snapshots", "user-tokens", "user-token-create", "user-token-delete", "datastore-gc", "admin-GET-admin-gc",
        "snapshot-notes-get", "group-notes-get", "protected-get", "snapshot-notes-get2", "protected-get2", "snapshot-delete-protected", "protected-put-off",
        "download-decoded-blob", "change-owner-noperm", "verify-store", "verify-store-task-status", "verify-store-task-log", "verify-store-task-log-window",
        "verify-snapshot", "verify-snapshot-task-status-running", "verify-snapshot-task-log", "verify-snapshot-task-log-window",
        "prune-dry-run", "prune-group-as-task", "prune-datastore", "prune-datastore-task-status-running", "prune-datastore-task-log", "prune-datastore-task-log-window",
        "gc-start", "gc-start-task-status-running", "gc-start-task-log", "gc-start-task-log-window", "tasks-list-token", "tasks-list", "tasks-list-errors",
        "datastore-status-after", "datastore-gc-after", "datastore-snapshots-after-verify", "namespace-create", "namespace-create-duplicate",
        "config-datastore-get", "config-datastore-put", "config-verify-update-delete-prop",
        "config-prune-create", "config-prune-list", "config-prune-get", "admin-prune-list", "config-prune-put-unknown-delete", "config-prune-delete", "config-prune-get-missing",
        "config-verify-list", "admin-verify-list", "config-verify-delete",
        "config-remote-create", "config-remote-scan", "config-sync-create", "admin-sync-list", "admin-sync-run", "config-sync-delete", "config-remote-delete",
        "config-traffic-create", "config-traffic-list", "config-traffic-delete",
        "config-user-get", "acl-list-after", "acl-put-delete", "config-user-put", "access-password", "config-user-delete",
        "config-datastore-create", "config-datastore-list", "config-datastore-maintenance", "datastore-status-maintenance", "status-datastore-usage-maintenance", "config-datastore-delete",
        "snapshot-delete", "snapshot-delete-missing", "task-stop-finished", "group-delete", "permissions-of-other",
        "tfa-add-recovery", "tfa-list-all", "tfa-list-user", "access-ticket-tfa-challenge", "access-ticket-tfa-wrong", "access-ticket-tfa-totp-ok",
        "access-ticket-tfa-recovery-ok", "access-api-with-challenge-ticket", "path-ticket-check",
    ];

    // Lists that depend on the machine or on everything that happened before.
    private static readonly HashSet<string> s_byShape = new(StringComparer.Ordinal) { "tasks-list", "tasks-list-token", "datastore-rrd-timeframe-hour-cf-AVERAGE" };

    private static readonly Dictionary<string, string[]> s_before = new(StringComparer.Ordinal)
    {
        ["datastore-gc"] = ["tok POST /admin/datastore/golden/gc", "wait 10"],
        ["snapshot-notes-get2"] = [$"tok PUT /admin/datastore/golden/notes {Golden}&notes=golden+note%0Aline+2+%C3%A9"],
        ["protected-get2"] = [$"tok PUT /admin/datastore/golden/protected {Golden}&protected=true"],
        ["verify-store-task-status"] = ["wait 10"],
        ["verify-snapshot-task-log"] = ["wait 10"],
        ["prune-datastore-task-status-running"] = ["wait 10"],
        ["gc-start-task-log"] = ["wait 10"],
        ["config-verify-list"] = ["admin POST /config/verify id=verify-1&store=golden&schedule=weekly"],
        ["config-user-get"] = ["admin POST /access/users userid=tmpuser@pbs&password=secret123&comment=t&enable=true&expire=0"],
        ["acl-list-after"] = ["admin PUT /access/acl path=/datastore/test&role=DatastoreReader&auth-id=tmpuser@pbs"],
        ["config-datastore-list"] = ["wait 5"],
        ["tfa-add-recovery"] = ["admin POST /access/users userid=tfa@pbs&password=tfa-secret", "login tfa tfa@pbs tfa-secret", "factor tfa tfa@pbs tfa-secret"],
        ["access-ticket-tfa-wrong"] = ["challenge"],
        ["access-ticket-tfa-totp-ok"] = ["challenge"],
        ["access-ticket-tfa-recovery-ok"] = ["challenge"],
        ["access-api-with-challenge-ticket"] = ["challenge"],
    };

    public static int Position(string sample) => Array.IndexOf(s_order, sample);

    public static IReadOnlyList<string> Before(string sample) => s_before.GetValueOrDefault(sample) ?? [];

    public static bool IsByShape(string sample) => s_byShape.Contains(sample);
}
