using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Verbs.Derived;

/// <summary>A call and the words it was given.</summary>
/// <param name="Product">The product.</param>
/// <param name="Call">The call, for example <c>GET /nodes/{node}/dns</c>.</param>
/// <param name="Words">The words of the noun, then that of the verb.</param>
/// <param name="Node">How the node is found.</param>
internal sealed record DerivedVerb(ProxmoxProduct Product, string Call, IReadOnlyList<string> Words, NodeRule Node)
{
    /// <summary>The word of the verb.</summary>
    public string Name => Words[^1];

    /// <summary>The words of the noun.</summary>
    public IReadOnlyList<string> Noun => [.. Words.SkipLast(1)];
}
