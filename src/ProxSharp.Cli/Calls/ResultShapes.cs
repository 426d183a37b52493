using ProxSharp.Cli.Output;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Calls;

/// <summary>Derives from the schema how the result of a call is shown in tables.</summary>
internal static class ResultShapes
{
    /// <summary>Returns what is known about the result of an endpoint; null stands for an endpoint that is not in the schema.</summary>
    public static ResultShape Of(ApiEndpoint? endpoint)
    {
        ApiNode? returns = endpoint?.Returns;
        IReadOnlyDictionary<string, ApiNode>? members = (returns?.Type == ApiValueType.Array ? returns.Items : returns)?.Properties;
        return members is null or { Count: 0 }
            ? ResultShape.Unknown
            : new ResultShape
            {
                KnownFields = [.. members.Keys],
                Renderers = members
                    .Where(static member => member.Value.Renderer is not null)
                    .ToDictionary(static member => member.Key, static member => member.Value.Renderer!, StringComparer.Ordinal),
            };
    }
}
