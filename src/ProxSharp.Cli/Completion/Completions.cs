namespace ProxSharp.Cli.Completion;

/// <summary>What may come next in a command line.</summary>
/// <param name="Candidates">The words that are known.</param>
/// <param name="FileFront">What stands in front of the name of a file in the word that is being typed; null where no file belongs.</param>
internal sealed record Completions(IReadOnlyList<Candidate> Candidates, string? FileFront);
