using System.Globalization;
using System.Text.Json;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations;

/// <summary>What an API token may do beyond what the policy lets the guard do: the wall behind the seat-belt.</summary>
/// <param name="Excess">The privileges that nothing the policy allows needs, each with the class of what it makes possible and the paths it is held on.</param>
public sealed record TokenReview(IReadOnlyList<ExcessPrivilege> Excess)
{
    private const int MostNames = 3;

    /// <summary>True if the server itself would stop what the policy forbids, class by class.</summary>
    public bool IsLeast => Excess.Count == 0;

    /// <summary>The classes of what the policy allows, reading first, such as <c>read</c> and <c>reversible</c>.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>
    /// The classes that the token makes possible and the policy does not allow, the worst first, each with up to three privileges: for example
    /// <c>exec (Sys.Console, VM.Console, +3)</c>. Empty if there are none.
    /// </summary>
    public IReadOnlyList<string> Classes =>
    [
        .. Excess.GroupBy(static excess => excess.Class).OrderByDescending(static group => group.Key).Select(static group =>
        {
            string[] names = [.. group.Select(static excess => excess.Privilege).Order(StringComparer.Ordinal)];
            string rest = names.Length > MostNames ? string.Create(CultureInfo.InvariantCulture, $", +{names.Length - MostNames}") : "";
            return $"{OperationCatalogue.Word(group.Key)} ({string.Join(", ", names.Take(MostNames))}{rest})";
        }),
    ];

    /// <summary>Says it in one line; empty if the token may do nothing beyond the policy.</summary>
    public override string ToString() =>
        IsLeast ? "" : $"the token may also do what is {string.Join(", ", Classes)}; the policy allows {string.Join(", ", Allowed)}";

    /// <summary>Compares what a server says of the token with a policy.</summary>
    internal static TokenReview Of(JsonElement held, GuardPolicy policy)
    {
        var grants = held.ValueKind == JsonValueKind.Object
            ? held.EnumerateObject().SelectMany(static path => path.Value.EnumerateObject().Select(privilege => (Privilege: privilege.Name, Path: path.Name)))
            : [];
        return new TokenReview(
        [
            .. grants.GroupBy(static grant => grant.Privilege, static grant => grant.Path, StringComparer.Ordinal)
                .Select(static group => new ExcessPrivilege(group.Key, PrivilegeClasses.Of(group.Key), [.. group.Order(StringComparer.Ordinal)]))
                .Where(excess => !policy.AllowsSome(excess.Class))
                .OrderByDescending(static excess => excess.Class)
                .ThenBy(static excess => excess.Privilege, StringComparer.Ordinal),
        ])
        {
            Allowed = [.. Enum.GetValues<OperationClass>().Where(policy.AllowsSome).Select(OperationCatalogue.Word)],
        };
    }
}
