using System.Text.Json;

namespace ProxSharp.Cli.Declare;

/// <summary>A part of a file, as it is there.</summary>
internal sealed record StatePart(string Name, JsonElement Value);
