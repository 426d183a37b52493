using ProxSharp.Schema;

namespace ProxSharp.AccessControl;

/// <summary>A question about permissions: what has to be read from the server to answer it, and the answer from what was read. Pure.</summary>
internal sealed class PermissionQuestion
{
    private const string Root = "root@pam";

    private readonly string _subject;
    private readonly ApiPermission? _permission;
    private readonly bool _refusesTokens;
    private readonly IReadOnlyList<IReadOnlyList<PermissionRequirement>> _ways;

    private PermissionQuestion(
        string caller, string subject, ApiPermission? permission, IReadOnlyList<IReadOnlyList<PermissionRequirement>> ways, bool refusesTokens = false) =>
        (Caller, _subject, _permission, _ways, _refusesTokens) = (caller, subject, permission, ways, refusesTokens);

    /// <summary>The user or API token that asks.</summary>
    public string Caller { get; }

    /// <summary>The user of the API token that asks; null if it is no token.</summary>
    public string? UserOfToken => Caller.Contains('!', StringComparison.Ordinal) ? UserOf(Caller) : null;

    /// <summary>The paths whose privileges decide.</summary>
    public IEnumerable<string> Paths =>
        NeedsNothing ? [] : _ways.SelectMany(static way => way).Select(static need => need.Path).Distinct(StringComparer.Ordinal);

    private bool NeedsNothing => Caller == Root || _permission is { Audience: ApiAudience.World } || IsRootOnly;

    private bool IsRootOnly => _permission is { Check: null, Audience: ApiAudience.Root };

    /// <summary>Asks for privileges on a path.</summary>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static PermissionQuestion OfPrivileges(string caller, string path, IReadOnlyList<string> privileges)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(privileges);
        PermissionRequirement need = new(path, privileges, AnySuffices: false);
        return new PermissionQuestion(caller, $"use {need}", null, [[need]]);
    }

    /// <summary>Asks whether a call may be made.</summary>
    /// <param name="product">The product that is asked.</param>
    /// <param name="caller">The user or API token.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="parameter">Gives the values of a parameter, path parameters included.</param>
    /// <param name="subject">Verb and path, for people.</param>
    /// <param name="groupsOfTarget">The groups of the user that the parameter <c>userid</c> names.</param>
    public static PermissionQuestion OfCall(
        ProxmoxProduct product,
        string caller,
        ApiEndpoint endpoint,
        Func<string, IReadOnlyList<string>> parameter,
        string subject,
        IReadOnlyList<string> groupsOfTarget)
    {
        PermissionRule rule = new(product, parameter, UserOf(caller), groupsOfTarget);
        return new PermissionQuestion(
            caller, subject, endpoint.Permission, endpoint.Permission.Check is { } check ? rule.Ways(check) : [[]], !endpoint.AllowsToken);
    }

    /// <summary>Tells whether a check looks at the groups of the user that a call is about.</summary>
    public static bool LooksAtGroups(PermissionCheck? check) => check switch
    {
        PermissionCheck.UserGroup { GroupsParameter: not "create" } => true,
        PermissionCheck.All all => all.Checks.Any(LooksAtGroups),
        PermissionCheck.AnyOf any => any.Checks.Any(LooksAtGroups),
        _ => false,
    };

    /// <summary>Answers the question.</summary>
    /// <param name="held">What the caller holds on the <see cref="Paths"/>.</param>
    /// <param name="heldByUser">What the token's user holds on them; null if that could not be read.</param>
    public PermissionVerdict Answer(HeldPrivileges held, HeldPrivileges? heldByUser)
    {
        bool more = _permission?.HasFurtherRule ?? false;
        if (IsRootOnly && Caller != Root)
        {
            return Verdict(isAllowed: false) with { NeedsRoot = true };
        }

        if (_refusesTokens && UserOfToken is not null)
        {
            return Verdict(isAllowed: false) with { NeedsTicket = true };
        }

        if (NeedsNothing || _ways.Any(way => way.All(held.Meet)))
        {
            return Verdict(isAllowed: true) with { ServerChecksMore = more && Caller != Root };
        }

        IReadOnlyList<PermissionRequirement> cheapest = _ways.Select(way => Lacking(way, held))
            .MinBy(static way => way.Sum(static need => need.Privileges.Count)) ?? [];
        return Verdict(isAllowed: false) with { ServerChecksMore = more, Missing = cheapest, TokenLimit = Limit(heldByUser) };
    }

    private static IReadOnlyList<PermissionRequirement> Lacking(IReadOnlyList<PermissionRequirement> way, HeldPrivileges held) =>
        [.. way.Where(need => !held.Meet(need)).Select(held.Rest)];

    private TokenLimit Limit(HeldPrivileges? heldByUser) => UserOfToken is null
        ? TokenLimit.None
        : heldByUser is null ? TokenLimit.Unknown : _ways.Any(way => way.All(heldByUser.Meet)) ? TokenLimit.Separated : TokenLimit.UserLacksItToo;

    private PermissionVerdict Verdict(bool isAllowed) => new() { Caller = Caller, Subject = _subject, IsAllowed = isAllowed };

    private static string UserOf(string caller) => caller.Split('!')[0];
}
