using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Output;

/// <summary>How the user wants results.</summary>
internal sealed record OutputSettings
{
    /// <summary>The form.</summary>
    public OutputFormat Format { get; init; }

    /// <summary>The members to show, in this order; null shows all.</summary>
    public IReadOnlyList<string>? Fields { get; init; }

    /// <summary>True to leave out the header of tables and CSV.</summary>
    public bool NoHeader { get; init; }

    /// <summary>The columns of the terminal; null if results go to a file or pipe and nothing must be cut.</summary>
    public int? Width { get; init; }

    /// <summary>Colours.</summary>
    public required Ansi Ansi { get; init; }
}
