using System.Text.Json;

namespace ProxSharp.Operations.Plans;

/// <summary>What a call has left.</summary>
/// <param name="Value">The object that it has set or made; undefined if it cannot be read, or is no object.</param>
/// <param name="Whole">What all of it says, with what is no value of the call; null where nobody has to know, or it cannot be read.</param>
internal readonly record struct LeftObject(JsonElement Value, string? Whole)
{
    /// <summary>What that says, by path, of what earlier calls of the same plan have made and this one has filled; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Filled { get; init; }
}
