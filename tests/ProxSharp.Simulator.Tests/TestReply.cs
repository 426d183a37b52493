using System.Text;
using System.Text.Json.Nodes;

namespace ProxSharp.Simulator.Tests;

/// <summary>An answer of a simulator.</summary>
internal sealed record TestReply(int Status, string Reason, byte[] Body, string? ContentType)
{
    /// <summary>The announced length; null if there is none.</summary>
    public long? ContentLength { get; init; }

    public string Text => Encoding.UTF8.GetString(Body);

    public JsonNode? Json => Body.Length == 0 ? null : JsonNode.Parse(Body);

    public JsonNode? Data => Json?["data"];

    public string? Message => Json?["message"]?.GetValue<string>();

    public string? Error(string parameter) => Json?["errors"]?[parameter]?.GetValue<string>();
}
