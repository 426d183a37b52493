using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Output;

/// <summary>How the user wants results.</summary>
internal sealed record OutputSettings
{
    /// <summary>The form.</summary>
    public OutputFormat Format { get; init; }

    /// <summary>The members to show, in this order; null shows all.</summary>
    public IReadOnlyList<string>? Fields { get; init; }

    /// <summary>The members to sort a list by, each with whether it is descending; empty leaves the order of the server.</summary>
    public IReadOnlyList<SortField> Sort { get; init; } = [];

    /// <summary>An expression that the result is put through first; null if there is none.</summary>
    public Query.JmesQuery? Query { get; init; }

    /// <summary>True if JSON carries the version of its form around the result.</summary>
    public bool IsVersioned { get; init; }

    /// <summary>True to leave out the header of tables and CSV.</summary>
    public bool NoHeader { get; init; }

    /// <summary>The columns of the terminal; null if results go to a file or pipe and nothing must be cut.</summary>
    public int? Width { get; init; }

    /// <summary>Colours.</summary>
    public required Ansi Ansi { get; init; }
}
