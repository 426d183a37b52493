using ProxSharp.Schema;

namespace ProxSharp.AccessControl;

/// <summary>The declared check of a call with its parameters filled in: which requirements there are and how they combine. Pure.</summary>
internal sealed class PermissionRule
{
    private readonly Func<string, IReadOnlyList<string>> _parameter;
    private readonly string _user;
    private readonly IReadOnlyList<string> _groupsOfTarget;
    private readonly string _realms;

    /// <summary>Creates a rule.</summary>
    /// <param name="product">The product that is asked: paths of realms differ.</param>
    /// <param name="parameter">Gives the values of a parameter of the call.</param>
    /// <param name="user">The user behind the call, without a token's name.</param>
    /// <param name="groupsOfTarget">The groups of the user that the parameter <c>userid</c> names.</param>
    public PermissionRule(ProxmoxProduct product, Func<string, IReadOnlyList<string>> parameter, string user, IReadOnlyList<string> groupsOfTarget)
    {
        (_parameter, _user, _groupsOfTarget) = (parameter, user, groupsOfTarget);
        _realms = product == ProxmoxProduct.BackupServer ? "/access/domain" : "/access/realm";
    }

    /// <summary>The ways in which a check can pass: each is a list of requirements that must all be met. No way at all means that it cannot pass.</summary>
    public IReadOnlyList<IReadOnlyList<PermissionRequirement>> Ways(PermissionCheck check) => check switch
    {
        PermissionCheck.Privilege privilege => Single(privilege),
        PermissionCheck.All all => all.Checks.Select(Ways).Aggregate(Combine),
        PermissionCheck.AnyOf any => [.. any.Checks.SelectMany(Ways)],
        PermissionCheck.UserParameter { Kind: "self" } => First("userid") == _user ? [[]] : [],
        PermissionCheck.UserParameter user => [[Need($"{_realms}/{RealmOf(First("userid"))}", user.Kind)]],
        PermissionCheck.UserGroup group => OfGroup(group),
        PermissionCheck.ModifyPermissions modify => OfModify(Fill(modify.Path)),
        _ => throw new InvalidOperationException($"There is no rule for the permission check {check}."),
    };

    private IReadOnlyList<IReadOnlyList<PermissionRequirement>> Single(PermissionCheck.Privilege check)
    {
        bool applies = check.RequireParameter is not { Length: > 0 } name || _parameter(name).Count > 0;
        return applies ? [[new PermissionRequirement(Fill(check.Path), check.Privileges, check.Any)]] : [[]];
    }

    private IReadOnlyList<IReadOnlyList<PermissionRequirement>> OfGroup(PermissionCheck.UserGroup check)
    {
        PermissionRequirement On(string path) => new(path, check.Privileges, AnySuffices: true);
        List<IReadOnlyList<PermissionRequirement>> ways = [[On("/access/groups")]];
        PermissionRequirement[] wanted = check.GroupsParameter is null ? [] : [.. _parameter("groups").Select(group => On($"/access/groups/{group}"))];
        if (check.GroupsParameter == "create")
        {
            return wanted.Length > 0 ? [.. ways, wanted] : ways;
        }

        // The privilege on one of the user's groups is enough; groups that the call puts the user into need it each.
        ways.AddRange(_groupsOfTarget.Select(group => (IReadOnlyList<PermissionRequirement>)[On($"/access/groups/{group}"), .. wanted]));
        return ways;
    }

    // Proxmox: who may allocate an object may also say who else uses it.
    private static IReadOnlyList<IReadOnlyList<PermissionRequirement>> OfModify(string path)
    {
        string? owner = path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["storage", _, ..] => "Datastore.Allocate",
            ["vms", _, ..] => "VM.Allocate",
            ["pool", _, ..] => "Pool.Allocate",
            _ => null,
        };
        return owner is null ? [[Need(path, "Permissions.Modify")]] : [[Need(path, "Permissions.Modify")], [Need(path, owner)]];
    }

    private static IReadOnlyList<IReadOnlyList<PermissionRequirement>> Combine(
        IReadOnlyList<IReadOnlyList<PermissionRequirement>> first, IReadOnlyList<IReadOnlyList<PermissionRequirement>> second) =>
        [.. first.SelectMany(left => second.Select(right => (IReadOnlyList<PermissionRequirement>)[.. left, .. right]))];

    private static PermissionRequirement Need(string path, string privilege) => new(path, [privilege], AnySuffices: false);

    private static string RealmOf(string user) => user[(user.LastIndexOf('@') + 1)..];

    private string First(string name) => _parameter(name) is [string first, ..] ? first : "";

    private string Fill(string template) =>
        "/" + string.Join('/', template.Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Select(FillSegment)
            .SelectMany(static text => text.Split('/', StringSplitOptions.RemoveEmptyEntries)));

    private string FillSegment(string segment) => segment.StartsWith('{') && segment.EndsWith('}') ? First(segment[1..^1]) : segment;
}
