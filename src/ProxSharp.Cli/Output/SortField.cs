namespace ProxSharp.Cli.Output;

/// <summary>A field to sort by.</summary>
internal sealed record SortField(string Field, bool IsDescending);
