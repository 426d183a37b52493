namespace ProxSharp.Cli.Completion;

/// <summary>A word that may be meant.</summary>
/// <param name="Text">The word.</param>
/// <param name="Meaning">What it stands for, for shells that show it; empty if the word says it.</param>
internal sealed record Candidate(string Text, string Meaning = "");
