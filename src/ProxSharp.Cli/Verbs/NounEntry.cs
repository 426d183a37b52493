namespace ProxSharp.Cli.Verbs;

/// <summary>A noun that is only built when it is needed.</summary>
/// <param name="Name">The word.</param>
/// <param name="Summary">What the things are, in one sentence.</param>
/// <param name="Build">Builds it.</param>
internal sealed record NounEntry(string Name, string Summary, Func<VerbContext, Noun> Build);
