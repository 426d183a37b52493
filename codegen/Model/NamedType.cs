namespace ProxSharp.CodeGen.Model;

/// <summary>A type that is generated; its name is chosen when all uses are known.</summary>
internal abstract class NamedType
{
    private string? _name;

    /// <summary>What tells the type from others of its kind.</summary>
    public required string Identity { get; init; }

    /// <summary>The name in C#.</summary>
    public string Name
    {
        get => _name ?? throw new InvalidOperationException($"The type {Identity} has no name yet.");
        set => _name = value;
    }
}
