namespace ProxSharp.Cli.Help;

/// <summary>A row of help: what is typed, and what it means.</summary>
internal sealed record HelpRow(string Label, string Text);
