using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Operations;

namespace ProxSharp.Mcp.Tools;

/// <summary>
/// Who may do what, as it follows from the access list: the list says nothing of root@pam, who may do all, and of tokens without privilege separation, which
/// have the rights of their user. A token with it (on a backup server each) has what its own entries and those of its user have in common.
/// </summary>
internal sealed class AccessGrants(
    IReadOnlyList<JsonElement> acl, IReadOnlyList<JsonElement> users, IReadOnlyList<JsonElement> groups, bool isBackup, DateTimeOffset now)
{
    private const string Root = "root@pam";
    private const string AllRights = "(all)";
    private const string None = "NoAccess";

    private readonly Grant[] _acl = [.. acl.Select(Grant.Of)];

    /// <summary>True if only some of the users are to be seen: who sees them all sees root@pam.</summary>
    public bool IsPart => users.All(static user => user.Text("userid") != Root);

    /// <summary>Finds what holds somewhere or gives a privilege.</summary>
    /// <param name="places">The paths, of which any will do; empty for all there are.</param>
    /// <param name="roles">The roles that give the privilege; null for all roles.</param>
    public IEnumerable<Grant> Find(string[] places, HashSet<string>? roles)
    {
        Grant root = new(Root, "user", AllRights, "/", true) { Via = "built in" };
        Grant[] given = [.. _acl.Where(grant => grant.Type != "token" && Fits(grant, places, roles))];
        IEnumerable<Grant> tokens = _acl.Where(grant => grant.Type == "token" && Fits(grant, places, roles))
            .Select(grant => Separated(grant, places, roles)).OfType<Grant>();
        return [root, .. given.Select(grant => WithMembers(grant, places, roles)).OfType<Grant>(), .. tokens, .. given.Prepend(root).SelectMany(grant => Unseparated(grant, places, roles))];
    }

    /// <summary>A row for a grant.</summary>
    public JsonObject Row(Grant grant) => Values.Row(
        ("who", grant.Who),
        ("type", grant.Type),
        ("role", grant.Role),
        ("path", grant.Path),
        ("propagate", grant.Propagates ? "yes" : "no"),
        ("enabled", State(grant.Who)),
        ("via", grant.Via),
        ("members", grant.Type == "group" ? grant.Members ?? Group(grant.Who).Word("users") : null));

    /// <summary>Whether a user or token can log in: yes, no, or expired; null if that is not to be seen.</summary>
    public string? State(string who)
    {
        string owner = who.Split('!')[0];
        JsonElement user = users.FirstOrDefault(entry => entry.Text("userid") == owner);
        return user.ValueKind != JsonValueKind.Object ? null : StateOf(user) ?? (who == owner ? null : StateOf(Token(user, who))) ?? "yes";
    }

    /// <summary>The whole names of the tokens of a user.</summary>
    public static IEnumerable<string> TokensOf(JsonElement user) => Tokens(user).Select(token => Name(user, token));

    private string? StateOf(JsonElement entry) => entry.Text("enable") is "0" or "False" or "false" ? "no"
        : entry.Number("expire") is > 0 and { } end && end <= now.ToUnixTimeSeconds() ? "expired"
        : null;

    private bool Fits(Grant grant, string[] places, HashSet<string>? roles)
    {
        bool Counts(Grant other, string place) => other.Holds(place) && !_acl.Any(nearer => nearer.Holds(place) && Replaces(nearer, other));
        return (places.Length == 0 || places.Any(place => Counts(grant, place)))
            && (roles is null || roles.Contains(grant.Role))

            // Proxmox: who has no access on the guest has none by its pool, and the other way round.
            && (roles is null || !_acl.Any(other => other.Role == None && grant.Role != None && other.IsOfSame(grant) && places.Any(place => Counts(other, place))));
    }

    // Proxmox: what is given to a user or a group that the user is in takes the place of all that is given to the user further up.
    private bool Replaces(Grant nearer, Grant grant) => grant.IsAbove(nearer)
        && (nearer.Type == grant.Type ? nearer.Who == grant.Who : nearer.Type == "group" && IsMember(nearer.Who, grant.Who));

    // An entry of a token counts as far as its user has the same.
    private Grant? Separated(Grant grant, string[] places, HashSet<string>? roles)
    {
        bool isAll = places.Length == 0 && roles is null;
        JsonElement token = Token(users.FirstOrDefault(entry => entry.Text("userid") == grant.Owner), grant.Who);
        if (HasRightsOfUser(token))
        {
            return isAll ? grant with { Via = $"no effect: the token has the rights of {grant.Owner}" } : null;
        }

        bool isCovered = isAll || grant.Owner == Root || _acl.Any(other => other.Type != "token"
            && (other.Who == grant.Owner || (other.Type == "group" && IsMember(other.Who, grant.Owner) && !IsOverridden(other, grant.Owner, places, roles)))
            && (other.Holds(grant.Path) || grant.Holds(other.Path)) && Fits(other, places, roles));
        return isCovered ? grant with { Via = $"within {grant.Owner}" } : null;
    }

    private IEnumerable<Grant> Unseparated(Grant grant, string[] places, HashSet<string>? roles)
    {
        // Whatever is given to root@pam is there already.
        IEnumerable<JsonElement> owners = grant.Who == Root && grant.Role != AllRights ? []
            : users.Where(user => grant.Type == "group" ? IsMember(grant.Who, user.Text("userid") ?? "") : user.Text("userid") == grant.Who);
        string group = grant.Type == "group" ? $" of {grant.Who}" : "";
        return owners.Where(user => !IsOverridden(grant, user.Text("userid") ?? "", places, roles))
            .SelectMany(user => Tokens(user).Where(HasRightsOfUser).Select(token =>
                grant with { Who = Name(user, token), Type = "token", Via = $"as {user.Text("userid")}{group}" }));
    }

    // Of a group those are told who have what it was given; none of them, and it gives nobody anything.
    private Grant? WithMembers(Grant grant, string[] places, HashSet<string>? roles)
    {
        string[] members = grant.Type == "group" ? MembersOf(grant.Who) : [];
        string[] left = [.. members.Where(user => !IsOverridden(grant, user, places, roles))];
        return left.Length == members.Length ? grant : left.Length == 0 ? null : grant with { Members = string.Join(',', left) };
    }

    // Proxmox: no access on a guest is none by its pool, and the other way round.
    private bool IsOverridden(Grant grant, string user, string[] places, HashSet<string>? roles) => grant.Type == "group" && roles is not null && places.Length > 0
        && (places.Any(place => Deciding(user, place).Any(static entry => entry.Role == None)) || places.All(place => !Deciding(user, place).Contains(grant)));

    // Proxmox: what a user was given nearer takes the place of what is given further up; on one path what it was given itself takes that of what its groups were.
    private Grant[] Deciding(string user, string place) =>
    [
        .. _acl.Where(entry => entry.Holds(place) && (entry.Type == "user" ? entry.Who == user : entry.Type == "group" && IsMember(entry.Who, user)))
            .GroupBy(static entry => entry.Path, StringComparer.Ordinal)
            .OrderByDescending(static level => level.Key.Length).Take(1)
            .SelectMany(static level => level.Any(static entry => entry.Type == "user") ? level.Where(static entry => entry.Type == "user") : level),
    ];

    // Proxmox: tokens of a backup server are always separated.
    private bool HasRightsOfUser(JsonElement token) => !isBackup && token.Text("privsep") is ("0" or "False" or "false");

    private bool IsMember(string group, string user) => MembersOf(group).Contains(user);

    private string[] MembersOf(string group) => (Group(group).Text("users") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private JsonElement Group(string name) => groups.FirstOrDefault(entry => entry.Text("groupid") == name);

    private static JsonElement Token(JsonElement user, string name) => Tokens(user).FirstOrDefault(token => Name(user, token) == name);

    private static IEnumerable<JsonElement> Tokens(JsonElement user) =>
        user.ValueKind != JsonValueKind.Object || !user.TryGetProperty("tokens", out JsonElement tokens) || tokens.ValueKind != JsonValueKind.Array
            ? []
            : tokens.EnumerateArray();

    // Proxmox: one product writes the name of a token with its user, the other without.
    private static string Name(JsonElement user, JsonElement token)
    {
        string name = token.Text("tokenid") ?? "";
        return name.Contains('!', StringComparison.Ordinal) ? name : $"{user.Text("userid")}!{name}";
    }
}
