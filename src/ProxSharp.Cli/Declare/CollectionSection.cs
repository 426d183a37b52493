using System.Text.Json;
using ProxSharp.Cli.Calls;

namespace ProxSharp.Cli.Declare;

/// <summary>A section that is one list of named objects.</summary>
internal sealed class CollectionSection(string name, CollectionPart part) : IStateSection
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<string> Reads => [part.Reads];

    /// <inheritdoc/>
    public IReadOnlyList<string> Writes => part.Writes;

    /// <summary>Roles that are not the server's own.</summary>
    public static CollectionSection Roles() => Of(
        "roles", "/access/roles", "roleid", StateStage.Roles, static item => StateValues.Text(item, "special") == "1");

    /// <summary>Groups of users; who is in them stands with the users.</summary>
    public static CollectionSection Groups() => Of("groups", "/access/groups", "groupid", StateStage.Groups);

    /// <summary>Users, without passwords, keys and tokens.</summary>
    public static CollectionSection Users() => new("users", new CollectionPart("users", "/access/users", "/access/users", "userid", StateStage.Users)
    {
        Query = ("full", "1"),

        // The administrator who is always there.
        IsOwn = static item => StateValues.Text(item, "userid") == "root@pam",
    });

    /// <summary>Definitions of storages, without secrets.</summary>
    public static CollectionSection Storages() => Of("storages", "/storage", "storage", StateStage.Storages);

    /// <summary>Scheduled backups.</summary>
    public static CollectionSection BackupJobs() => Of("backup-jobs", "/cluster/backup", "id", StateStage.BackupJobs);

    /// <inheritdoc/>
    public Task<JsonElement> ReadAsync(ServerSession session, JsonElement wanted, JsonElement file, CancellationToken cancellationToken) =>
        part.ReadAsync(session, cancellationToken);

    /// <inheritdoc/>
    public IEnumerable<StateChange> Compare(JsonElement wanted, JsonElement present, StateWish wish) => part.Compare(wanted, present, wish.Prune);

    private static CollectionSection Of(string name, string path, string key, StateStage stage, Func<JsonElement, bool>? isOwn = null) =>
        new(name, new CollectionPart(name, path, path, key, stage) { IsOwn = isOwn ?? (static _ => false) });
}
