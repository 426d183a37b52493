namespace ProxSharp.Cli.Help;

/// <summary>Rows under a heading.</summary>
internal sealed record HelpSection(string Title, IReadOnlyList<HelpRow> Rows);
