using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>A call that is ready to be sent, or to be shown.</summary>
/// <param name="Method">The verb.</param>
/// <param name="Path">The path, with the ids in it percent-encoded.</param>
/// <param name="Parameters">The other parameters.</param>
internal sealed record PlannedCall(ApiMethod Method, string Path, ApiParameters Parameters)
{
    /// <summary>The template of the path in the schema.</summary>
    public required string Template { get; init; }

    /// <summary>What it is done to, in words; empty where the path says it.</summary>
    public string Target { get; init; } = "";

    /// <summary>False if what it is about is only made, or moved there, by a call before it: then there is nothing to compare it with yet.</summary>
    public bool IsThere { get; init; } = true;

    /// <summary>What it changes, as it is when its turn comes; null if the server tells, because no call before it moves it to another place.</summary>
    public JsonElement? Present { get; init; }

    /// <summary>A file to send; null for ordinary calls.</summary>
    public CallUpload? Upload { get; init; }
}
