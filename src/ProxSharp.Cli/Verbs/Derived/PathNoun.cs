namespace ProxSharp.Cli.Verbs.Derived;

/// <summary>Which noun the paths below a prefix belong to.</summary>
/// <param name="Prefix">The prefix of the template.</param>
/// <param name="Noun">The words of the noun.</param>
/// <param name="Node">How the node is found.</param>
internal sealed record PathNoun(string Prefix, string Noun, Endpoints.NodeRule Node = Endpoints.NodeRule.Argument);
