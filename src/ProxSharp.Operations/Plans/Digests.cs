using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Plans;

/// <summary>Lets the server itself compare: a call on a configuration that was changed meanwhile is refused there.</summary>
internal static class Digests
{
    public static PlannedCall Add(ApiSchema schema, PlannedCall call, IReadOnlyList<PlanTarget> targets)
    {
        string? digest = targets.Select(static target => target.Digest).FirstOrDefault(static value => value is not null);
        bool isConfig = call.Path.EndsWith("/config", StringComparison.Ordinal) || call.Path.EndsWith("/resize", StringComparison.Ordinal);
        if (digest is null || !isConfig || call.Parameters.Find("digest") is not null
            || schema.Find(call.Method, call.Path)?.Parameters.ContainsKey("digest") != true)
        {
            return call;
        }

        ApiParameters parameters = [];
        foreach (ApiParameter parameter in call.Parameters)
        {
            parameters.Add(parameter);
        }

        parameters.Add("digest", digest);
        return call.With(parameters);
    }
}
