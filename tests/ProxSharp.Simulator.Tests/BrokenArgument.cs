using ProxSharp.Schema;

namespace ProxSharp.Simulator.Tests;

/// <summary>Breaks one argument of a valid call.</summary>
internal static class BrokenArgument
{
    /// <summary>Changes the list and returns the name of the argument that is wrong now.</summary>
    public static string Apply(ApiEndpoint endpoint, List<(string Name, string Value)> parameters)
    {
        foreach ((string name, ApiNode node) in endpoint.Parameters)
        {
            bool usable = !EndpointArguments.IsInPath(endpoint, name) && !name.EndsWith("[n]", StringComparison.Ordinal) && node.When is null && node.Alternatives.Count == 0 && node.Requires is null;
            if (usable && WrongValue(node) is { } wrong)
            {
                parameters.RemoveAll(parameter => parameter.Name == name);
                parameters.Add((name, wrong));
                return name;
            }
        }

        Assert.False(endpoint.AllowsExtraParameters, "Nothing can be wrong here.");
        parameters.Add(("no-such-parameter", "1"));
        return "no-such-parameter";
    }

    /// <summary>False for an endpoint that accepts whatever it is given.</summary>
    public static bool IsPossible(ApiEndpoint endpoint) => !endpoint.AllowsExtraParameters;

    private static string? WrongValue(ApiNode node) => node switch
    {
        { Type: ApiValueType.Integer or ApiValueType.Number } => "abc",
        { Type: ApiValueType.Boolean } => "maybe",
        { Type: ApiValueType.String, Enumeration: not null } => "no-such-value",
        { Type: ApiValueType.String, Format: "pve-storage-id" or "pve-configid" or "pve-node" } => "not valid!",
        { Type: ApiValueType.String, MaximumLength: { } most and < 2000 } => new string('x', most + 1),
        _ => null,
    };
}
