using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Derived;

/// <summary>A parameter of an example.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Node">What it is.</param>
/// <param name="Value">Its value, as a shell takes it.</param>
internal sealed record ExampleOption(string Name, ApiNode Node, string Value);
