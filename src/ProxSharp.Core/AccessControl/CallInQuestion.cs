using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.AccessControl;

/// <summary>A call that somebody may or may not be allowed to make: its endpoint, and the values of its parameters.</summary>
internal sealed class CallInQuestion
{
    private readonly ApiMatch _match;
    private readonly ApiParameters? _parameters;
    private readonly string _subject;

    /// <summary>Finds the endpoint of a call.</summary>
    /// <exception cref="ArgumentException">The API has no such call.</exception>
    public CallInQuestion(ApiSchema schema, ApiMethod method, string path, ApiParameters? parameters)
    {
        ArgumentNullException.ThrowIfNull(path);
        _match = schema.TryMatch(method, path, out ApiMatch? match)
            ? match
            : throw new ArgumentException($"The API has no call {method.ToVerb()} {path}.", nameof(path));
        (_parameters, _subject) = (parameters, $"{method.ToVerb()} /{path.TrimStart('/')}");
    }

    /// <summary>The user whose groups the check of the call looks at; null if it looks at none.</summary>
    public string? UserWhoseGroupsCount =>
        PermissionQuestion.LooksAtGroups(_match.Endpoint.Permission.Check) && Values("userid") is [string user, ..] ? user : null;

    /// <summary>Asks whether a caller may make it.</summary>
    public PermissionQuestion AskedBy(string caller, ProxmoxProduct product, IReadOnlyList<string> groupsOfTarget) =>
        PermissionQuestion.OfCall(product, caller, _match.Endpoint, Values, _subject, groupsOfTarget);

    private IReadOnlyList<string> Values(string name) => _match.PathValues.TryGetValue(name, out string? value)
        ? [value]
        :
        [
            .. (_parameters ?? []).Where(parameter => parameter.Name == name)
                .SelectMany(static parameter => parameter.Text.Split(',', StringSplitOptions.RemoveEmptyEntries)),
        ];
}
