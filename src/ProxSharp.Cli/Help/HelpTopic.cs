using ProxSharp.Cli.Commands;

namespace ProxSharp.Cli.Help;

/// <summary>Something that is explained once for all commands.</summary>
/// <param name="Name">The word for <c>prox help</c>.</param>
/// <param name="Summary">What it is about, in some sentences.</param>
internal sealed record HelpTopic(string Name, string Summary)
{
    /// <summary>Rows under headings.</summary>
    public required IReadOnlyList<HelpSection> Sections { get; init; }

    /// <summary>Command lines.</summary>
    public IReadOnlyList<CommandExample> Examples { get; init; } = [];
}
