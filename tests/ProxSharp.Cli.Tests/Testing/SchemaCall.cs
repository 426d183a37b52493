using System.Text.Json.Nodes;
using ProxSharp.Schema;
using ProxSharp.Testing;

namespace ProxSharp.Cli.Tests.Testing;

/// <summary>A call that reached a <see cref="SchemaServer"/>.</summary>
/// <param name="Endpoint">What was called.</param>
/// <param name="Request">The request.</param>
/// <param name="Data">What was answered.</param>
internal sealed record SchemaCall(ApiEndpoint Endpoint, StubRequest Request, JsonNode? Data)
{
    /// <summary>True if parameters travel in a form that is not looked into, as that of files.</summary>
    public bool HasFile => Request.Header("Content-Type")?.StartsWith("multipart/", StringComparison.Ordinal) == true;

    /// <summary>The verb, the path, and each parameter as <c>name=value</c>.</summary>
    public IReadOnlyList<string> Words
    {
        get
        {
            string[] parts = Request.Target.Split('?');
            bool isJson = Request.Header("Content-Type")?.StartsWith("application/json", StringComparison.Ordinal) == true;
            string form = isJson || HasFile ? "" : Request.BodyText;
            IEnumerable<string> pairs = parts.Skip(1).Append(form)
                .SelectMany(static text => text.Split('&', StringSplitOptions.RemoveEmptyEntries))
                .Select(static pair => Uri.UnescapeDataString(pair.Replace('+', ' ')));
            return [Request.Method, parts[0]["/api2/json".Length..], .. pairs, .. isJson ? Members(JsonNode.Parse(Request.BodyText)!.AsObject()) : []];
        }
    }

    private static IEnumerable<string> Members(JsonObject body) => body.SelectMany(static member => member.Value is JsonArray items
        ? items.Select(item => $"{member.Key}={item}")
        : [$"{member.Key}={member.Value}"]);
}
