using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;

namespace ProxSharp.Cli.Declare;

/// <summary>Who may hold permissions: users, groups and tokens that are there, and users and groups that a file makes.</summary>
internal sealed class AclHolders
{
    private static readonly StateSight s_sight = new("/access/groups", "Sys.Audit", "User.Modify");

    private readonly HashSet<string> _known;

    private AclHolders(HashSet<string> known) => _known = known;

    /// <summary>The calls that read them.</summary>
    public static IReadOnlyList<string> Reads => ["GET /access/users", "GET /access/groups"];

    /// <summary>Reads them; null if there is no need, or if not all of them are seen: then nobody can tell who is missing.</summary>
    /// <param name="session">The cluster.</param>
    /// <param name="entries">The entries that are to be made.</param>
    /// <param name="file">The whole file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async Task<AclHolders?> ReadAsync(
        ServerSession session, IReadOnlyCollection<JsonElement> entries, JsonElement file, CancellationToken cancellationToken)
    {
        if (entries.Count == 0 || await s_sight.LackAsync(session, cancellationToken).ConfigureAwait(false) is not null)
        {
            return null;
        }

        ApiParameters full = [];
        full.Add("full", "1");
        JsonElement users = await session.ListAsync("/access/users", full, cancellationToken).ConfigureAwait(false);
        JsonElement groups = await session.ListAsync("/access/groups", null, cancellationToken).ConfigureAwait(false);
        return new AclHolders(
        [
            .. Named(users, "userid", "user"), .. Named(StateValues.Member(file, "users"), "userid", "user"),
            .. Named(groups, "groupid", "group"), .. Named(StateValues.Member(file, "groups"), "groupid", "group"),
            .. Items(users).SelectMany(static user => Items(StateValues.Member(user, "tokens"))
                .Select(token => $"token {StateValues.Text(user, "userid")}!{StateValues.Text(token, "tokenid")}")),
        ]);
    }

    /// <summary>Tells whether somebody can hold an entry.</summary>
    public bool Has(JsonElement entry) => _known.Contains($"{StateValues.Text(entry, "type")} {StateValues.Text(entry, "ugid")}");

    private static IEnumerable<string> Named(JsonElement list, string key, string type) => Items(list).Select(item => $"{type} {StateValues.Text(item, key)}");

    private static IEnumerable<JsonElement> Items(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.Object) : [];
}
