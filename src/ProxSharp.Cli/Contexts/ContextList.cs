namespace ProxSharp.Cli.Contexts;

/// <summary>All contexts of a user and which of them is current.</summary>
internal sealed record ContextList
{
    /// <summary>No contexts yet.</summary>
    public static readonly ContextList Empty = new();

    /// <summary>The name of the context that is used if none is named; null if there is none.</summary>
    public string? Current { get; init; }

    /// <summary>The contexts in the order they were added.</summary>
    public IReadOnlyList<ServerContext> Items { get; init; } = [];

    /// <summary>Finds a context by name.</summary>
    public ServerContext? Find(string name) => Items.FirstOrDefault(item => string.Equals(item.Name, name, StringComparison.Ordinal));

    /// <summary>Adds a context, or replaces the one of that name at its place.</summary>
    public ContextList With(ServerContext context) => this with
    {
        Items = Find(context.Name!) is null
            ? [.. Items, context]
            : [.. Items.Select(item => item.Name == context.Name ? context : item)],
    };

    /// <summary>Removes a context; if it was current, none is.</summary>
    public ContextList Without(string name) => new()
    {
        Current = Current == name ? null : Current,
        Items = [.. Items.Where(item => item.Name != name)],
    };
}
