using System.Text.Json;
using ProxSharp.Cli.Calls;

namespace ProxSharp.Cli.Declare;

/// <summary>A section that is one list of named objects.</summary>
internal sealed class CollectionSection(string name, CollectionPart part, StateSight? sight = null) : IStateSection
{
    private const string UsersName = "users";

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads => [part.Reads];

    /// <inheritdoc/>
    public IReadOnlyList<string> Writes => part.Writes;

    /// <inheritdoc/>
    public StateSight? Sight => sight;

    /// <summary>Roles that are not the server's own.</summary>
    public static CollectionSection Roles() => new(
        "roles",
        new CollectionPart("roles", "/access/roles", "/access/roles", "roleid", StateStage.Roles)
        {
            IsOwn = static item => StateValues.Is(item, "special"),
            IsOwnFixed = true,
        });

    /// <summary>Groups of users; who is in them stands with the users.</summary>
    public static CollectionSection Groups() => new(
        "groups",
        new CollectionPart("groups", "/access/groups", "/access/groups", "groupid", StateStage.Groups) { Place = static id => $"/access/groups/{id}" },
        new StateSight("/access/groups", "Sys.Audit", "User.Modify", "Group.Allocate"));

    /// <summary>Users, without passwords, keys and tokens.</summary>
    public static CollectionSection Users() => new(
        UsersName,
        new CollectionPart(UsersName, "/access/users", "/access/users", "userid", StateStage.Users)
        {
            Query = ("full", "1"),

            // The administrator who is always there.
            IsOwn = static item => StateValues.Text(item, "userid") == "root@pam",

            // Users have no paths of their own.
            Place = static _ => "/access/groups",
        },
        new StateSight("/access/groups", "Sys.Audit", "User.Modify"));

    /// <summary>Definitions of storages, without secrets.</summary>
    public static CollectionSection Storages() => new(
        "storages",
        new CollectionPart("storages", "/storage", "/storage", "storage", StateStage.Storages) { Place = static id => $"/storage/{id}" },
        new StateSight("/storage", "Datastore.Audit", "Datastore.AllocateSpace"));

    /// <summary>Scheduled backups.</summary>
    public static CollectionSection BackupJobs() => new(
        "backup-jobs",
        new CollectionPart("backup-jobs", "/cluster/backup", "/cluster/backup", "id", StateStage.BackupJobs) { Replaced = OtherSelections });

    /// <inheritdoc/>
    public Task<JsonElement> ReadAsync(ServerSession session, StateReading reading, CancellationToken cancellationToken) =>
        part.ReadAsync(session, cancellationToken, reading.Wanted);

    /// <inheritdoc/>
    public IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, StateWish wish) =>
        part.Compare(wanted, present, wish.Prune, name == UsersName ? wish.User : null);

    // Proxmox: one way to choose guests takes the place of the others.
    private static IReadOnlyList<string> OtherSelections(JsonElement job) =>
        StateValues.Text(job, "vmid") is { Length: > 0 } ? ["all", "exclude", "pool"]
        : StateValues.Is(job, "all") ? ["vmid", "pool"]
        : StateValues.Text(job, "pool") is { Length: > 0 } ? ["all", "exclude", "vmid"]
        : [];
}
